using CentralAmp.Clusters;
using CentralAmp.Delivery;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Planning;

/// <summary>All that the plan is decided on.</summary>
public sealed record PlanFacts
{
    public required ClusterReference Cluster { get; init; }

    public required ClusterDescription Described { get; init; }

    public required HubSettings Settings { get; init; }

    public required Workspace Workspace { get; init; }

    public bool DryRun { get; init; }

    public string TrustMode { get; init; } = TrustModes.Direct;

    /// <summary>Since the execution started.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Null where the operator's resource is unknown to the cluster.</summary>
    public IReadOnlyList<PrometheusResource>? Prometheuses { get; init; }

    public int PrometheusAgents { get; init; }

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

    public DesiredDelivery Desired =>
        DesiredDelivery.For(Cluster, RoleArn, IngestRoleArn, Workspace, Candidate.ReplicaLabel, Candidate.Replicas, Candidate.Shards, Settings);

    /// <summary>All but those that said no; of several, the one that carries our entry already.</summary>
    public static IReadOnlyList<PrometheusResource> CandidatesOf(IReadOnlyList<PrometheusResource>? prometheuses)
    {
        var willing = (prometheuses ?? []).Where(prometheus => !prometheus.OptedOut).ToList();
        var delivered = willing.Where(prometheus => prometheus.RemoteWriteIsOurs).ToList();
        return delivered.Count == 1 ? delivered : willing;
    }
}
