using CentralAmp.Clusters;
using CentralAmp.Delivery;
using CentralAmp.Planning;

namespace CentralAmp.Verification;

public sealed record VerifyIngestRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, DeliverRemoteWriteResult Delivery);

/// <summary>The cluster's own samples as seen in the workspace.</summary>
/// <param name="Series">Series with the cluster's label; absent when the workspace refused to count them.</param>
public sealed record VerifyIngestResult(long? Series, DateTimeOffset NewestSampleAt);
