using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Trust;
using CentralAmp.Verification;

namespace CentralAmp.Sweep;

/// <summary>All that a finding is decided on. What was not looked at is null.</summary>
public sealed record InspectionObservation
{
    public required SweepReference Sweep { get; init; }

    public required ClusterReference Cluster { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How long a cluster may take to become ACTIVE before its event's execution gives up.</summary>
    public required TimeSpan ActiveLimit { get; init; }

    /// <summary>The incarnation that the registry asks for; null for a cluster that was listed.</summary>
    public long? RegisteredAs { get; init; }

    public bool AccountListed { get; init; } = true;

    /// <summary>Of the incarnation that is inspected.</summary>
    public FleetItem? Known { get; init; }

    /// <summary>DescribeCluster answered, be it that there is none.</summary>
    public bool Looked { get; init; }

    public ObservedCluster? Observed { get; init; }

    public ClusterDescription? Described { get; init; }

    /// <summary>What the road would end with here: a person must act.</summary>
    public Failure? Refusal { get; init; }

    /// <summary>What kept us from looking further.</summary>
    public Failure? Obstacle { get; init; }

    /// <summary>It knows only its ConfigMap, and the installation asks for more.</summary>
    public bool ModeToSwitch { get; init; }

    public AccessEntryDelta? AccessEntry { get; init; }

    /// <summary>The member role is cluster-admin, and nobody holds the lease.</summary>
    public bool Elevated { get; init; }

    public RbacAccess? Reading { get; init; }

    public OnboardingPlan? Plan { get; init; }

    public RbacAccess? Writing { get; init; }

    public IReadOnlyList<TrustAction>? Trust { get; init; }

    /// <summary>The workspace that the ingest role was last verified with; null without a role.</summary>
    public string? VerifiedWorkspaceArn { get; init; }

    public IngestReading? Samples { get; init; }

    public RegistryItem? Item => Known?.Item;
}
