using System.Text.Json.Nodes;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Routes;

namespace CentralAmp.RemoteWrite;

/// <summary>What the entry depends on.</summary>
/// <param name="WorkspaceEndpoint">Ends in a slash, without <c>api/v1/</c>.</param>
/// <param name="WorkspaceRegion">What the collector signs for: the workspace's region, not the cluster's.</param>
/// <param name="IngestRoleArn">In trust mode <c>chained</c>, the role that the collector's own assumes; empty in <c>direct</c>, where it has it already.</param>
/// <param name="ReplicaLabel">The external label that tells replicas apart; empty if there is none.</param>
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

/// <summary>Our one entry of <c>spec.remoteWrite</c>, in the operator's spelling.</summary>
public static class RemoteWriteEntry
{
    /// <summary>The label by which AMP elects one replica of a <c>cluster</c>; it strips it (prometheus.md, "Queue and HA").</summary>
    private const string HaReplicaLabel = "__replica__";

    public static JsonObject Render(RemoteWriteTarget target)
    {
        var entry = new JsonObject
        {
            ["name"] = ManagedNames.EntryName,
            ["url"] = Workspace.RemoteWriteUrlOf(target.WorkspaceEndpoint),
            ["sigv4"] = SigV4(target),
            // AMP's samples (prometheus.md, "Queue and HA"): requests stay under its 1 MB.
            ["queueConfig"] = new JsonObject { ["capacity"] = 2500, ["maxSamplesPerSend"] = 1000, ["maxShards"] = 200 },
            ["writeRelabelConfigs"] = new JsonArray([.. ProfileRules.Of(target.Profile), .. ClusterRules(target.Labels), .. ReplicaRules(target)]),
        };
        if (target.ProxyFromEnvironment)
        {
            entry["proxyFromEnvironment"] = true;
        }

        return entry;
    }

    /// <summary>Its own role must not be named: a role that assumes itself needs a trust of its own (prometheus.md, "sigv4").</summary>
    private static JsonObject SigV4(RemoteWriteTarget target)
    {
        var sigv4 = new JsonObject { ["region"] = target.WorkspaceRegion };
        if (target.IngestRoleArn.Length > 0)
        {
            sigv4["roleArn"] = target.IngestRoleArn;
        }

        return sigv4;
    }

    /// <summary>First a scraped label of that name steps aside, then ours is set: on every series that leaves by this entry alone.</summary>
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

        // Shards of one replica number hold different series: AMP, electing among them, would drop all but one.
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
