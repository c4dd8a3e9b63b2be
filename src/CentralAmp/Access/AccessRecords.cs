using CentralAmp.Clusters;
using CentralAmp.Planning;

namespace CentralAmp.Access;

/// <summary>Whether our RBAC in the cluster lets us do something.</summary>
public enum RbacAccess
{
    Allowed,
    Missing,
}

/// <param name="Switching">What this execution did about it before; null at first.</param>
public sealed record SwitchAuthenticationModeRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, bool DryRun, SwitchAuthenticationModeResult? Switching = null);

/// <param name="UpdateId">EKS' id of our update; null while someone else's runs.</param>
/// <param name="Looks">How often this execution found the cluster not switched.</param>
/// <param name="WaitSeconds">Until the cluster is looked at again.</param>
public sealed record SwitchAuthenticationModeResult(Change Change, string? UpdateId, int Looks, int WaitSeconds);

public sealed record EnsureClusterAccessRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

/// <param name="Change">Of the access entry.</param>
/// <param name="Reading">Whether the read-only RBAC is in place and in effect; Missing asks for an elevation.</param>
public sealed record EnsureClusterAccessResult(Change Change, RbacAccess Reading);

public sealed record StartElevationRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

public sealed record StartElevationResult(Change Change);

/// <param name="Plan">Its collector gets the writing RBAC too; absent before planning.</param>
public sealed record InstallRbacRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan? Plan = null);

public sealed record InstallRbacResult(Change Change);

public sealed record EndElevationRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

public sealed record EndElevationResult(Change Change);
