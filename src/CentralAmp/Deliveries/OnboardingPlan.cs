using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Deliveries;

/// <summary>Where the road goes after planning.</summary>
public enum PlanNext
{
    Deliver,
    Park,
    Stop,
}

/// <summary>Why the road stops at the plan without a failure.</summary>
public enum PlanStop
{
    None,
    DryRun,
    ParkedTooLong,
}

/// <summary>What will be done for one cluster; a dry run prints it.</summary>
public sealed record OnboardingPlan
{
    public required PlanNext Next { get; init; }

    public PlanStop Stop { get; init; }

    /// <summary>Seconds until the next look; 0 unless <see cref="Next"/> is <see cref="PlanNext.Park"/>, or people have to merge something first.</summary>
    public int WaitSeconds { get; init; }

    public required string Sentence { get; init; }

    /// <summary>Why it waits, as in <see cref="Failures.Causes"/>; absent unless it does.</summary>
    public string? Cause { get; init; }

    /// <summary>Of <see cref="Cause"/>.</summary>
    public string? Remedy { get; init; }

    /// <summary>One of <see cref="DeliveryNames"/>, never auto. A plan that was parked before an update has none.</summary>
    public string Delivery { get => field ?? DeliveryNames.Prometheus; init; } = DeliveryNames.Prometheus;

    /// <summary>One of <see cref="Profiles"/>. As above.</summary>
    public string Profile { get => field ?? Profiles.Full; init; } = Profiles.Full;

    /// <summary><c>direct</c> or <c>chained</c>.</summary>
    public string TrustMode { get; init; } = TrustModes.Direct;

    public required string WorkspaceArn { get; init; }

    /// <summary>URL of the workspace, ending in a slash and without <c>api/v1/</c>.</summary>
    public required string WorkspaceEndpoint { get; init; }

    public required string IngestRoleName { get; init; }

    /// <summary>What the service account shall assume. A plan that was parked before an update has none.</summary>
    public string RoleArn { get => field ?? ""; init; } = "";

    /// <summary>Value of the label <c>cluster</c>: <c>name.region.account</c>.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>Absent while parked.</summary>
    public Collector? Collector { get; init; }

    /// <summary>Earlier deliveries of ours: they end as soon as this one is healthy.</summary>
    public ReplacedDelivery[] Replaces { get => field ?? []; init; } = [];

    /// <summary>What delivery will have to do; <see cref="Change.Unchanged"/> means that everything desired is there already.</summary>
    public Change Change { get; init; }

    /// <summary>The collector that every step after planning works on.</summary>
    /// <exception cref="InvalidOperationException">The state machine led a parked plan on: a bug.</exception>
    public Collector RequireCollector() => Collector ?? throw new InvalidOperationException($"The plan has no collector: {Sentence}");

    /// <summary>The workspace that the collector is to write to.</summary>
    public Workspace TargetWorkspace() => new(WorkspaceArn, WorkspaceEndpoint);

    /// <summary>What this plan asks of IAM. Values run nothing: the service account that an operator reads them for is the collector's.</summary>
    public PlannedTrust PlannedTrust() => new(
        TrustMode,
        IngestRoleName,
        WorkspaceArn,
        RequireCollector(),
        [.. Replaces.Where(replaced => replaced.Delivery != DeliveryNames.Values).Select(replaced => replaced.Collector)]);

    /// <summary>What the collector is to have.</summary>
    /// <param name="roleArn">The role that the service account assumes.</param>
    /// <param name="ingestRoleArn">The same in trust mode <c>direct</c>; in <c>chained</c> the role that the collector assumes next.</param>
    public DesiredDelivery DesiredDelivery(ClusterReference cluster, string roleArn, string ingestRoleArn, HubSettings settings)
    {
        var collector = RequireCollector();
        return RemoteWrite.DesiredDelivery.For(
            cluster, roleArn, ingestRoleArn, TargetWorkspace(), collector.ReplicaLabel, collector.Replicas, collector.Shards, settings, Profile);
    }
}

/// <summary>A delivery that is there and not planned any more.</summary>
public sealed record ReplacedDelivery(string Delivery, Collector Collector);
