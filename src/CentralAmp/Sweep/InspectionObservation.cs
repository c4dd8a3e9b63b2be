using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Trust;
using CentralAmp.Verification;

namespace CentralAmp.Sweep;

/// <summary>The input of the decision on a finding. A part that was not read is null.</summary>
public sealed record InspectionObservation
{
    public required SweepReference Sweep { get; init; }

    public required ClusterReference Cluster { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How long an onboarding waits for a cluster to become ACTIVE.</summary>
    public required TimeSpan ActiveLimit { get; init; }

    /// <summary>The createdAt of a registered cluster that EKS did not list; null for a listed cluster.</summary>
    public long? RegisteredAs { get; init; }

    public bool AccountListed { get; init; } = true;

    /// <summary>The hub's own account cannot leave: a list without it is a mistake of the parameter Accounts.</summary>
    public bool IsOfHub { get; init; }

    /// <summary>The registry item of the inspected cluster (ARN and createdAt).</summary>
    public FleetItem? Known { get; init; }

    /// <summary>Whether DescribeCluster answered; also if the answer is that the cluster does not exist.</summary>
    public bool ClusterRead { get; init; }

    public ObservedCluster? Observed { get; init; }

    public ClusterDescription? Described { get; init; }

    /// <summary>The failure with which an onboarding would end here: an operator must act.</summary>
    public Failure? Refusal { get; init; }

    /// <summary>The failure that ended the inspection early.</summary>
    public Failure? Obstacle { get; init; }

    /// <summary>The cluster is in authentication mode <c>CONFIG_MAP</c>, and the installation switches such clusters.</summary>
    public bool ModeToSwitch { get; init; }

    public AccessEntryDelta? AccessEntry { get; init; }

    /// <summary>The member role is cluster-admin although no execution holds the lease.</summary>
    public bool Elevated { get; init; }

    public RbacAccess? Reading { get; init; }

    public OnboardingPlan? Plan { get; init; }

    public RbacAccess? Writing { get; init; }

    public IReadOnlyList<TrustAction>? Trust { get; init; }

    /// <summary>The last verified workspace, as the tag of the ingest role names it; null without a role.</summary>
    public string? VerifiedWorkspaceArn { get; init; }

    public IngestReading? Samples { get; init; }

    /// <summary>Null if nothing is known of a former grant.</summary>
    public GrantDecision? Grant { get; init; }

    public RegistryItem? Item => Known?.Item;
}
