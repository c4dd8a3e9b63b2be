using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Planning;

namespace CentralAmp.Trust;

public sealed record EnsureTrustRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan);

/// <summary>What the collector's identity is made of.</summary>
/// <param name="RoleArn">What the service account assumes: the ingest role, or in trust mode <c>chained</c> the collector role.</param>
/// <param name="Writing">Whether the RBAC that lets us write exactly the planned objects is in place; Missing asks for an elevation.</param>
/// <param name="Notice">What people should know although nothing is wrong yet: a quota that is near.</param>
public sealed record EnsureTrustResult(Change Change, string RoleArn, string ProviderArn, RbacAccess Writing, string? Notice = null)
{
    /// <summary>The role that may write to the workspace; what was written before there was chained trust does not name it.</summary>
    public string IngestRoleArn { get => field ?? RoleArn; init; } = RoleArn;

    /// <summary>The workspace that the cluster leaves; its grant stays until the new one is verified. Null while nothing moves.</summary>
    public string? PreviousWorkspaceArn { get; init; }
}

public sealed record RemoveOldGrantRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The ingest role may write to the planned workspace and no other, and its tag says so.</summary>
public sealed record RemoveOldGrantResult(Change Change);
