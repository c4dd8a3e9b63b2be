using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.RemoteWrite;

/// <summary>The desired state of the collector.</summary>
/// <param name="RoleArn">The role of the collector's service account.</param>
/// <param name="Entry">CentralAmp's entry in <c>spec.remoteWrite</c>.</param>
public sealed record DesiredDelivery(string RoleArn, JsonObject Entry)
{
    /// <param name="roleArn">The role that the service account assumes.</param>
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
}
