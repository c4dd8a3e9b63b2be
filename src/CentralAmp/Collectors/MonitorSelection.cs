using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Which monitors a Prometheus or an agent selects, as fields of its spec. An empty selector selects all, a missing one nothing (operator, API reference).</summary>
public static class MonitorSelection
{
    /// <summary>The selectors are part of the plan, which travels through the state machine.</summary>
    public const int MostCharacters = 4096;

    private const string NamespaceName = "kubernetes.io/metadata.name";

    private static readonly string[] Kinds = ["serviceMonitor", "podMonitor", "probe", "scrapeConfig"];

    public static JsonObject Everything() => new(Kinds.SelectMany(kind =>
        (KeyValuePair<string, JsonNode?>[])[new(SelectorOf(kind), new JsonObject()), new(NamespacesOf(kind), new JsonObject())]));

    /// <summary>For an agent in another namespace: without a namespace selector, the Prometheus selects its own namespace.</summary>
    /// <returns>Null if the selectors are no objects, or too long.</returns>
    public static JsonObject? Of(JsonObject prometheus)
    {
        var (spec, @namespace) = (prometheus["spec"] as JsonObject, prometheus["metadata"]?["namespace"]?.ToString());
        var taken = new JsonObject();
        foreach (var kind in Kinds)
        {
            var (selector, namespaces) = (spec?[SelectorOf(kind)], spec?[NamespacesOf(kind)]);
            if (selector is not (null or JsonObject) || namespaces is not (null or JsonObject))
            {
                return null;
            }

            if (selector is not null)
            {
                taken[SelectorOf(kind)] = selector.DeepClone();
                taken[NamespacesOf(kind)] = namespaces?.DeepClone() ?? new JsonObject { ["matchLabels"] = new JsonObject { [NamespaceName] = @namespace } };
            }
        }

        if (taken.Count == 0)
        {
            // Without any selector, the operator would leave the agent's configuration to somebody else.
            taken[SelectorOf(Kinds[0])] = new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "central-amp/none", ["operator"] = "Exists" }) };
        }

        return taken.ToJsonString().Length > MostCharacters ? null : taken;
    }

    /// <summary>Namespaces are judged by their name only: CentralAmp does not read their labels.</summary>
    public static bool IsSelected(JsonObject monitors, ServiceMonitorResource monitor) =>
        monitors[SelectorOf(Kinds[0])] is JsonObject selector
        && LabelSelector.Matches(selector, monitor.Labels)
        && ((monitors[NamespacesOf(Kinds[0])] as JsonObject)?["matchLabels"]?[NamespaceName] is not { } name || name.ToString() == monitor.Namespace);

    private static string SelectorOf(string kind) => $"{kind}Selector";

    private static string NamespacesOf(string kind) => $"{kind}NamespaceSelector";
}
