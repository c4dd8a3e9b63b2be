using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Planning;

namespace CentralAmp.Trust;

public sealed record EnsureTrustRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan);

/// <summary>The ingest role and the provider that it trusts.</summary>
/// <param name="Writing">Whether the RBAC that lets us write exactly the planned objects is in place; Missing asks for an elevation.</param>
/// <param name="Notice">What people should know although nothing is wrong yet: a quota that is near.</param>
public sealed record EnsureTrustResult(Change Change, string RoleArn, string ProviderArn, RbacAccess Writing, string? Notice = null);
