using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;

namespace CentralAmp.Deliveries.PrometheusAgent;

/// <summary>Delivery <c>prometheus-agent</c>: the operator runs CentralAmp's agent with the monitors of the Prometheus beside it. Pure; reviewed in the golden files of the tests.</summary>
public static class PrometheusAgentManifest
{
    private static readonly string[] Later = [".spec.scrapeConfigSelector", ".spec.scrapeConfigNamespaceSelector"];

    public static JsonObject Render(AgentSpec spec)
    {
        var agent = new JsonObject
        {
            // Two replicas would send everything twice.
            ["replicas"] = 1,
            ["image"] = spec.Image,
            ["scrapeInterval"] = "30s",
            ["serviceAccountName"] = AgentNames.ServiceAccount,
            ["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.RoleAnnotation] = spec.RoleArn } },
            ["nodeSelector"] = AgentPod.NodeSelector(),
            ["securityContext"] = AgentPod.PodSecurity(),
            ["resources"] = AgentPod.Resources(),
            ["storage"] = new JsonObject { ["emptyDir"] = AgentPod.Storage() },
            // The labels of the cluster come from CentralAmp's entry; "" disables the operator's labels.
            ["replicaExternalLabelName"] = "",
            ["prometheusExternalLabelName"] = "",
            ["remoteWrite"] = new JsonArray(spec.Entry.DeepClone()),
            // A monitor could otherwise send the agent's tokens to its author's target.
            ["arbitraryFSAccessThroughSMs"] = new JsonObject { ["deny"] = true },
            ["additionalScrapeConfigs"] = new JsonObject { ["name"] = AgentNames.ScrapeJobs, ["key"] = AgentNames.ScrapeJobsKey },
        };
        // The operator derives the image's flags from the version, which a digest does not show.
        if (Version(spec.Image) is { } version)
        {
            agent["version"] = version;
        }

        foreach (var (field, selector) in spec.Monitors)
        {
            agent[field] = selector!.DeepClone();
        }

        foreach (var (field, limit) in ((string, int)[])
            [("enforcedSampleLimit", spec.Limits.Samples), ("enforcedTargetLimit", spec.Limits.Targets), ("enforcedLabelLimit", spec.Limits.Labels)])
        {
            if (limit > 0)
            {
                agent[field] = limit;
            }
        }

        if (spec.Tolerations.Count > 0)
        {
            agent["tolerations"] = spec.Tolerations.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1alpha1",
            ["kind"] = "PrometheusAgent",
            ["metadata"] = AgentMetadata.Of(AgentNames.PrometheusAgent),
            ["spec"] = agent,
        };
    }

    /// <summary>The manifest for an operator without the later fields (ScrapeConfigs came with 0.65, agents with 0.64). Null if another field is undeclared, or none.</summary>
    /// <param name="undeclared">Paths as the API server names them: <c>.spec.scrapeConfigSelector</c>.</param>
    public static JsonObject? WithoutLater(JsonObject manifest, IReadOnlyList<string> undeclared)
    {
        var older = manifest.DeepClone().AsObject();
        return undeclared.Count > 0 && undeclared.All(path => Later.Contains(path) && older["spec"]!.AsObject().Remove(path[".spec.".Length..])) ? older : null;
    }

    /// <summary>The image's tag if it is a version such as <c>v3.5.0</c>; otherwise null.</summary>
    private static string? Version(string image)
    {
        var name = image.Split('@')[0];
        var tag = name[(name.LastIndexOf('/') + 1)..].Split(':') is [_, var text] ? text : "";
        return tag.StartsWith('v') && System.Version.TryParse(tag[1..], out _) ? tag : null;
    }
}
