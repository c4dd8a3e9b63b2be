using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Deliveries;

/// <summary>The next state after planning.</summary>
public enum PlanNext
{
    Deliver,
    Park,
    Stop,
}

/// <summary>Why the execution ends after the plan without a failure.</summary>
public enum PlanStop
{
    None,
    DryRun,
    ParkedTooLong,
}

/// <summary>The plan for one cluster; a dry run prints it.</summary>
public sealed record OnboardingPlan
{
    public required PlanNext Next { get; init; }

    public PlanStop Stop { get; init; }

    /// <summary>Seconds until the next plan; 0 unless <see cref="Next"/> is <see cref="PlanNext.Park"/>, or an operator has to merge values first.</summary>
    public int WaitSeconds { get; init; }

    public required string Sentence { get; init; }

    /// <summary>Why the execution waits, one of <see cref="Failures.Causes"/>; absent unless it waits.</summary>
    public string? Cause { get; init; }

    /// <summary>The remedy of <see cref="Cause"/>.</summary>
    public string? Remedy { get; init; }

    /// <summary>One of <see cref="DeliveryNames"/>, never auto. A plan that was parked before a deployment may have none.</summary>
    public string Delivery { get => field ?? DeliveryNames.Prometheus; init; } = DeliveryNames.Prometheus;

    /// <summary>One of <see cref="Profiles"/>. A plan that was parked before a deployment may have none.</summary>
    public string Profile { get => field ?? Profiles.Full; init; } = Profiles.Full;

    /// <summary><c>direct</c> or <c>chained</c>.</summary>
    public string TrustMode { get; init; } = TrustModes.Direct;

    public required string WorkspaceArn { get; init; }

    /// <summary>URL of the workspace, ending in a slash and without <c>api/v1/</c>.</summary>
    public required string WorkspaceEndpoint { get; init; }

    public required string IngestRoleName { get; init; }

    /// <summary>The role that the service account is to assume. A plan that was parked before a deployment may have none.</summary>
    public string RoleArn { get => field ?? ""; init; } = "";

    /// <summary>Value of the label <c>cluster</c>: <c>name.region.account</c>.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>Absent while parked.</summary>
    public Collector? Collector { get; init; }

    /// <summary>Delivery <c>prometheus-agent</c>: the monitors that the agent selects, as fields of its spec. Absent in plans of the last release.</summary>
    public JsonObject? Monitors { get; init; }

    /// <summary>What an operator should know, and what prevents nothing.</summary>
    public string[] Warnings { get => field ?? []; init; } = [];

    /// <summary>Uid of the service account that the delivery annotates; absent if it annotates none of another owner.</summary>
    public string? ServiceAccountUid { get; init; }

    /// <summary>Uid of CentralAmp's namespace; absent if it does not exist yet.</summary>
    public string? NamespaceUid { get; init; }

    /// <summary>Uid of CentralAmp's namespace in the registry item that the plan was made with.</summary>
    public string? KnownNamespaceUid { get; init; }

    /// <summary>Recorded objects and collectors that no longer exist; null if there are none.</summary>
    public GoneFacts? Gone { get; init; }

    /// <summary>Earlier deliveries of CentralAmp: they end as soon as this one is healthy.</summary>
    public ReplacedDelivery[] Replaces { get => field ?? []; init; } = [];

    /// <summary>Whether the RBAC for writing exactly the planned objects is installed; if not, an elevation follows. False in plans of the last release.</summary>
    public bool WritingIsInstalled { get; init; }

    /// <summary>What the delivery has to change; <see cref="Change.Unchanged"/> means that the cluster has everything desired already.</summary>
    public Change Change { get; init; }

    /// <summary>The collector that every step after planning works on.</summary>
    /// <exception cref="InvalidOperationException">The state machine continued with a parked plan: a bug.</exception>
    public Collector RequireCollector() => Collector ?? throw new InvalidOperationException($"The plan has no collector: {Sentence}");

    /// <summary>The workspace that the collector is to write to.</summary>
    public Workspace TargetWorkspace() => new(WorkspaceArn, WorkspaceEndpoint);

    /// <summary>What this plan asks of IAM. Delivery <c>values</c> runs nothing, so it adds no service account.</summary>
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

/// <summary>A delivery that exists and is no longer planned.</summary>
public sealed record ReplacedDelivery(string Delivery, Collector Collector);
