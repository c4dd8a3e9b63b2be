using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Planning;
using CentralAmp.Settings;

namespace CentralAmp.Delivery;

/// <summary>What the collector shall have.</summary>
/// <param name="Entry">Its one entry in <c>spec.remoteWrite</c>.</param>
public sealed record DesiredDelivery(string RoleArn, JsonObject Entry)
{
    public static DesiredDelivery For(
        ClusterReference cluster, string roleArn, Workspace workspace, string replicaLabel, int replicas, int shards, HubSettings settings) =>
        new(roleArn, RemoteWriteEntry.Render(new RemoteWriteTarget(
            workspace.Endpoint, workspace.Region, ClusterLabels.Of(cluster), replicaLabel, replicas, shards, settings.ProxyFromEnvironment)));

    public static DesiredDelivery For(ClusterReference cluster, string roleArn, OnboardingPlan plan, Collector collector, HubSettings settings) =>
        For(cluster, roleArn, Workspace.Of(plan), collector.ReplicaLabel, collector.Replicas, collector.Shards, settings);
}
