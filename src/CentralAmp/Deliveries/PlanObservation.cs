using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Registry;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Deliveries;

/// <summary>The observed state that the plan is decided on.</summary>
public sealed record PlanObservation
{
    private static readonly ClusterFacts NoFacts = new();

    public required ClusterReference Cluster { get; init; }

    public required ClusterDescription Described { get; init; }

    public required HubSettings Settings { get; init; }

    public required Workspace Workspace { get; init; }

    public bool DryRun { get; init; }

    public string TrustMode { get; init; } = TrustModes.Direct;

    /// <summary>Time since the execution started.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time since the start of an earlier execution that, by the registry, waits already; zero otherwise.</summary>
    public TimeSpan Parked { get; init; }

    /// <summary>The registry item of the cluster: what CentralAmp made and changed. Null without an item.</summary>
    public RegistryItem? Item { get; init; }

    /// <summary>The subjects that the cluster's role trusts, the collector first; null if the decision does not depend on them.</summary>
    public IReadOnlyList<string>? TrustedSubjects { get; init; }

    /// <summary>Null if the cluster does not have the operator's CRD.</summary>
    public IReadOnlyList<PrometheusResource>? Prometheuses { get; init; }

    /// <summary>Null if the cluster does not have the CRD: an operator older than its agents, or no operator.</summary>
    public IReadOnlyList<PrometheusAgentResource>? Agents { get; init; }

    /// <summary>Read only for delivery <c>prometheus-agent</c>.</summary>
    public IReadOnlyList<ServiceMonitorResource> ServiceMonitors { get; init; } = [];

    /// <summary>Number of Ready nodes; null if the decision does not depend on it.</summary>
    public int? ReadyNodes { get; init; }

    /// <summary>The objects in CentralAmp's namespace.</summary>
    public ManagedNamespace Managed { get; init; } = ManagedNamespace.Nothing;

    /// <summary>ARN of the EKS Pod Identity association of the only candidate's service account; null without one.</summary>
    public string? PodIdentity { get; init; }

    /// <summary>The service account of the only candidate; null if it does not exist, or there is not exactly one candidate.</summary>
    public ServiceAccountResource? ServiceAccount { get; init; }

    /// <summary>The StatefulSet of the only candidate's first shard.</summary>
    public StatefulSetResource? StatefulSet { get; init; }

    public string RoleName => IngestRole.Name(Cluster, Described.CreatedAt);

    public string IngestRoleArn => IngestRole.Arn(Cluster, RoleName, Settings);

    /// <summary>The role that the service account is to assume.</summary>
    public string RoleArn => TrustMode == TrustModes.Chained ? CollectorRole.Arn(Cluster, RoleName, Settings) : IngestRoleArn;

    public ClusterFacts Facts => Item?.Facts ?? NoFacts;

    /// <summary>The Prometheus that is the collector; several if an operator must choose.</summary>
    public IReadOnlyList<PrometheusResource> Candidates => CollectorChoice.Of(this);

    public PrometheusResource Candidate => Candidates[0];

    /// <summary>The one Prometheus beside which an agent runs, also if it opted out as the collector; null if there is none, or not exactly one.</summary>
    public PrometheusResource? Beside => Candidates is [var only] ? only : Prometheuses is [var sole] ? sole : null;

    /// <summary>The agent selects what the Prometheus beside it selects; everything if there is nothing to take over. Null if its selectors cannot be taken over.</summary>
    public JsonObject? MonitorsOfAgent => Beside is { } beside ? beside.Monitors : MonitorSelection.Everything();

    /// <summary>The delivery of the tag, or of the installation.</summary>
    public string AskedDelivery => Described.Options.Delivery ?? Settings.Delivery;

    public string Profile => Described.Options.Profile ?? Settings.Profile;

    public TimeSpan Waited => Elapsed > Parked ? Elapsed : Parked;

    public IEnumerable<PrometheusAgentResource> OtherAgents => (Agents ?? []).Where(agent => !agent.IsManaged);

    /// <summary>The delivery has at least one object in the namespace that CentralAmp made.</summary>
    public bool HasManaged(string delivery) => Managed.Has(delivery) && Ownership.IsNamespaceManaged(this);

    /// <summary>The desired delivery of the candidate.</summary>
    public DesiredDelivery Desired => DesiredDelivery.For(
        Cluster, RoleArn, IngestRoleArn, Workspace, Candidate.ReplicaLabel, Candidate.Replicas, Candidate.Shards, Settings, Profile);

    /// <summary>The desired delivery of CentralAmp's agent.</summary>
    public DesiredDelivery DesiredOfAgent => DesiredDelivery.For(
        Cluster, RoleArn, IngestRoleArn, Workspace, replicaLabel: "", replicas: 1, shards: 1, Settings, Profile);

    /// <summary>The service account does not have CentralAmp's identity yet, and CentralAmp's identity would replace another one.</summary>
    public bool AsksForPodIdentity =>
        ServiceAccount is { } account && CollectorIdentity.Of(account, RoleArn) is not (IdentityState.Current or IdentityState.Outdated);
}
