using System.Text.Json.Nodes;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Routes;

namespace CentralAmp.RemoteWrite;

/// <summary>The parameters of CentralAmp's remote-write entry.</summary>
/// <param name="WorkspaceEndpoint">Ends in a slash, without <c>api/v1/</c>.</param>
/// <param name="WorkspaceRegion">The region in the collector's signature: the workspace's, not the cluster's.</param>
/// <param name="IngestRoleArn">In trust mode <c>chained</c>, the role that the collector's role assumes; empty in <c>direct</c>, where the service account assumes it.</param>
/// <param name="ReplicaLabel">The external label that distinguishes replicas; empty if there is none.</param>
/// <param name="Profile">One of <see cref="Profiles"/>.</param>
public sealed record RemoteWriteTarget(
    string WorkspaceEndpoint,
    string WorkspaceRegion,
    string IngestRoleArn,
    ClusterLabels Labels,
    string ReplicaLabel,
    int Replicas,
    int Shards,
    bool ProxyFromEnvironment,
    string Profile = Profiles.Full);

/// <summary>Renders CentralAmp's entry of <c>spec.remoteWrite</c>, with the operator's field names.</summary>
public static class RemoteWriteEntry
{
    /// <summary>The label by which AMP elects one replica of a <c>cluster</c>; AMP removes it (prometheus.md, "Queue and HA").</summary>
    private const string HaReplicaLabel = "__replica__";

    public static JsonObject Render(RemoteWriteTarget target)
    {
        var entry = new JsonObject
        {
            ["name"] = ManagedNames.EntryName,
            ["url"] = Workspace.RemoteWriteUrlOf(target.WorkspaceEndpoint),
            ["sigv4"] = SigV4(target),
            // Recommended by AMP (prometheus.md, "Queue and HA"): requests stay below its limit of 1 MB.
            ["queueConfig"] = new JsonObject { ["capacity"] = 2500, ["maxSamplesPerSend"] = 1000, ["maxShards"] = 200 },
            ["writeRelabelConfigs"] = new JsonArray([.. ProfileRules.Of(target.Profile), .. ClusterRules(target.Labels), .. ReplicaRules(target)]),
        };
        if (target.ProxyFromEnvironment)
        {
            entry["proxyFromEnvironment"] = true;
        }

        return entry;
    }

    /// <summary>In trust mode <c>direct</c> without a role: a role that assumes itself would need to trust itself (prometheus.md, "sigv4").</summary>
    private static JsonObject SigV4(RemoteWriteTarget target)
    {
        var sigv4 = new JsonObject { ["region"] = target.WorkspaceRegion };
        if (target.IngestRoleArn.Length > 0)
        {
            sigv4["roleArn"] = target.IngestRoleArn;
        }

        return sigv4;
    }

    /// <summary>Renames a scraped label of the same name, then sets CentralAmp's label; only on series that this entry sends.</summary>
    private static IEnumerable<JsonNode> ClusterRules(ClusterLabels labels) => labels.All.SelectMany(label => (JsonNode[])
    [
        new JsonObject
        {
            ["action"] = "replace",
            ["sourceLabels"] = new JsonArray(label.Name),
            ["regex"] = "(.+)",
            ["targetLabel"] = $"exported_{label.Name}",
            ["replacement"] = "$1",
        },
        new JsonObject { ["action"] = "replace", ["targetLabel"] = label.Name, ["replacement"] = label.Value },
    ]);

    private static IEnumerable<JsonNode> ReplicaRules(RemoteWriteTarget target)
    {
        var elected = target is { Replicas: >= 2, Shards: <= 1 };
        if (target.ReplicaLabel.Length == 0 || (elected && target.ReplicaLabel == HaReplicaLabel))
        {
            yield break;
        }

        // Shards with the same replica number hold different series: AMP's election among them would drop all but one shard.
        if (elected)
        {
            yield return new JsonObject
            {
                ["action"] = "replace",
                ["sourceLabels"] = new JsonArray(target.ReplicaLabel),
                ["targetLabel"] = HaReplicaLabel,
            };
        }

        yield return new JsonObject { ["action"] = "labeldrop", ["regex"] = target.ReplicaLabel };
    }
}
