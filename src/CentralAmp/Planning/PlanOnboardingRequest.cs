using CentralAmp.Clusters;

namespace CentralAmp.Planning;

/// <param name="DryRun">The plan is all that is wanted; nothing is written.</param>
public sealed record PlanOnboardingRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, bool DryRun = false);
