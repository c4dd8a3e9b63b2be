using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Planning;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Delivery;

/// <summary>What the collector shall have.</summary>
/// <param name="Entry">Its one entry in <c>spec.remoteWrite</c>.</param>
public sealed record DesiredDelivery(string RoleArn, JsonObject Entry)
{
    /// <param name="roleArn">What the service account assumes.</param>
    /// <param name="ingestRoleArn">The same in trust mode <c>direct</c>; in <c>chained</c> the role that the collector assumes next.</param>
    /// <param name="profile">One of <see cref="Profiles"/>.</param>
    public static DesiredDelivery For(
        ClusterReference cluster,
        string roleArn,
        string ingestRoleArn,
        Workspace workspace,
        string replicaLabel,
        int replicas,
        int shards,
        HubSettings settings,
        string profile = Profiles.Full) =>
        new(roleArn, RemoteWriteEntry.Render(new RemoteWriteTarget(
            workspace.Endpoint,
            workspace.Region,
            ingestRoleArn == roleArn ? "" : ingestRoleArn,
            ClusterLabels.Of(cluster, settings.ClusterLabelFormat),
            replicaLabel,
            replicas,
            shards,
            settings.ProxyFromEnvironment,
            profile)));

    public static DesiredDelivery For(ClusterReference cluster, EnsureTrustResult trust, OnboardingPlan plan, Collector collector, HubSettings settings) => For(
        cluster, trust.RoleArn, trust.IngestRoleArn, Workspace.Of(plan), collector.ReplicaLabel, collector.Replicas, collector.Shards, settings, plan.Profile);
}
