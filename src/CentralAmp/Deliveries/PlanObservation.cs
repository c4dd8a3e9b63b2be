using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Deliveries;

/// <summary>All that the plan is decided on.</summary>
public sealed record PlanObservation
{
    public required ClusterReference Cluster { get; init; }

    public required ClusterDescription Described { get; init; }

    public required HubSettings Settings { get; init; }

    public required Workspace Workspace { get; init; }

    public bool DryRun { get; init; }

    public string TrustMode { get; init; } = TrustModes.Direct;

    /// <summary>Since the execution started.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The registry says that it waits already, since an execution that started so long ago.</summary>
    public TimeSpan Parked { get; init; }

    /// <summary>Null where the operator's resource is unknown to the cluster.</summary>
    public IReadOnlyList<PrometheusResource>? Prometheuses { get; init; }

    /// <summary>As above: an operator older than its agents, or none.</summary>
    public IReadOnlyList<PrometheusAgentResource>? Agents { get; init; }

    /// <summary>Nodes that are Ready; null where nothing depends on them.</summary>
    public int? ReadyNodes { get; init; }

    /// <summary>What our own namespace has.</summary>
    public ManagedNamespace Own { get; init; } = ManagedNamespace.Nothing;

    /// <summary>ARN of the EKS Pod Identity association of the only candidate's service account; null without one.</summary>
    public string? PodIdentity { get; init; }

    /// <summary>Of the only candidate; null if it is not there, or candidates are none or several.</summary>
    public ServiceAccountResource? ServiceAccount { get; init; }

    /// <summary>Of the only candidate's first shard.</summary>
    public StatefulSetResource? StatefulSet { get; init; }

    public string RoleName => IngestRole.Name(Cluster, Described.CreatedAt);

    public string IngestRoleArn => IngestRole.Arn(Cluster, RoleName, Settings);

    /// <summary>What the service account shall assume.</summary>
    public string RoleArn => TrustMode == TrustModes.Chained ? CollectorRole.Arn(Cluster, RoleName, Settings) : IngestRoleArn;

    public IReadOnlyList<PrometheusResource> Candidates => CandidatesOf(Prometheuses);

    public PrometheusResource Candidate => Candidates[0];

    /// <summary>What the tag says, or the installation.</summary>
    public string AskedDelivery => Described.Options.Delivery ?? Settings.Delivery;

    public string Profile => Described.Options.Profile ?? Settings.Profile;

    public TimeSpan Waited => Elapsed > Parked ? Elapsed : Parked;

    public IEnumerable<PrometheusAgentResource> OtherAgents => (Agents ?? []).Where(agent => !agent.IsManaged);

    /// <summary>Of the candidate.</summary>
    public DesiredDelivery Desired => DesiredDelivery.For(
        Cluster, RoleArn, IngestRoleArn, Workspace, Candidate.ReplicaLabel, Candidate.Replicas, Candidate.Shards, Settings, Profile);

    /// <summary>Of an agent of ours.</summary>
    public DesiredDelivery DesiredOfAgent => DesiredDelivery.For(
        Cluster, RoleArn, IngestRoleArn, Workspace, replicaLabel: "", replicas: 1, shards: 1, Settings, Profile);

    /// <summary>Its identity is not ours yet, and would be pushed aside by ours.</summary>
    public bool AsksForPodIdentity =>
        ServiceAccount is { } account && CollectorIdentity.Of(account, RoleArn) is not (IdentityState.Current or IdentityState.Outdated);

    /// <summary>
    /// All but those that said no; of several, the one that said yes, that carries our entry already, or that selects all that the others do.
    /// </summary>
    public static IReadOnlyList<PrometheusResource> CandidatesOf(IReadOnlyList<PrometheusResource>? prometheuses)
    {
        var willing = (prometheuses ?? []).Where(prometheus => !prometheus.OptedOut).ToList();
        return willing.Count < 2
            ? willing
            : ((Func<PrometheusResource, bool>[])
            [
                prometheus => prometheus.OptedIn,
                prometheus => prometheus.RemoteWriteIsManaged,
                prometheus => willing.All(other => other == prometheus || SelectsMore(prometheus, other)),
            ]).Select(choice => willing.Where(choice).ToList()).FirstOrDefault(chosen => chosen.Count == 1) ?? willing;
    }

    private static bool SelectsMore(PrometheusResource one, PrometheusResource other) =>
        (one.SelectsAllMonitors, one.SelectsAllNamespaces) != (other.SelectsAllMonitors, other.SelectsAllNamespaces)
        && (one.SelectsAllMonitors || !other.SelectsAllMonitors)
        && (one.SelectsAllNamespaces || !other.SelectsAllNamespaces);
}
