using CentralAmp.Clusters;
using CentralAmp.Planning;
using CentralAmp.Trust;

namespace CentralAmp.Proof;

public sealed record ProveIngestRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The sample was taken; there is nothing more to know.</summary>
public sealed record ProveIngestResult;
