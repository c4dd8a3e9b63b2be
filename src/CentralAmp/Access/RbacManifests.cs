using System.Text.Json.Nodes;
using CentralAmp.Delivery.Agents;
using CentralAmp.Planning;

namespace CentralAmp.Access;

/// <summary>The RBAC that CentralAmp installs, as Kubernetes objects. Pure; reviewed in the golden files of the tests.</summary>
public static class RbacManifests
{
    public const string ReadName = "central-amp-read";
    public const string WriteName = "central-amp-write";
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string ManagedBy = "central-amp";

    /// <summary>The port that the operator gives Prometheus' web interface; part of the name under which RBAC knows a proxied pod.</summary>
    public const int PrometheusPort = 9090;

    internal const string ApiVersion = "rbac.authorization.k8s.io/v1";
    private const string ApiGroup = "rbac.authorization.k8s.io";

    private static readonly string[] OwnPods = [AgentNames.PodOf(AgentNames.Agent), AgentNames.PodOf(AgentNames.OperatorStatefulSet)];

    /// <summary>What planning and delivery read, in every namespace. No Secrets, no ConfigMaps.</summary>
    public static JsonObject ReadRole() => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = Metadata(ReadName),
        ["rules"] = new JsonArray(
            Rule("monitoring.coreos.com", ["prometheuses", "prometheusagents"], ["get", "list"]),
            Rule("", ["serviceaccounts"], ["get"]),
            Rule("", ["pods"], ["get", "list"]),
            Rule("apps", ["statefulsets"], ["get", "list"]),
            Rule(ApiGroup, ["clusterroles", "clusterrolebindings"], ["get"], [ReadName, AgentNames.ScrapeRole]),
            Rule(ApiGroup, ["roles", "rolebindings"], ["get"], [WriteName]),
            Rule("", ["namespaces"], ["get"], [AgentNames.Namespace]),
            Rule("", ["nodes"], ["list"])),
    };

    public static JsonObject ReadBinding() => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ClusterRoleBinding",
        ["metadata"] = Metadata(ReadName),
        ["roleRef"] = RoleRef("ClusterRole", ReadName),
        ["subjects"] = Subjects(),
    };

    /// <summary>Writing exactly the objects of the collector, by name.</summary>
    /// <param name="collectors">Of one namespace: the one that is planned, and perhaps one that it replaces.</param>
    public static JsonObject WriteRole(params Collector[] collectors) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, collectors[0].Namespace),
        ["rules"] = new JsonArray(
            Rule("monitoring.coreos.com", ["prometheuses"], ["get", "patch"], Names(collectors, collector => [collector.Name])),
            Rule("", ["serviceaccounts"], ["get", "patch"], Names(collectors, collector => [collector.ServiceAccount])),
            Rule("", ["serviceaccounts/token"], ["create"], Names(collectors, collector => [collector.ServiceAccount])),
            Rule("", ["pods/proxy"], ["get"], Names(collectors, collector => collector.Pods.Select(pod => $"{pod}:{PrometheusPort}")))),
    };

    /// <summary>Where people write the collector themselves: its token, and its pods' own word.</summary>
    public static JsonObject ProveRole(Collector collector) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, collector.Namespace),
        ["rules"] = new JsonArray(
            Rule("monitoring.coreos.com", ["prometheuses"], ["get"], [collector.Name]),
            Rule("", ["serviceaccounts/token"], ["create"], [collector.ServiceAccount]),
            Rule("", ["pods/proxy"], ["get"], Names([collector], one => one.Pods.Select(pod => $"{pod}:{PrometheusPort}")))),
    };

    /// <summary>Writing in our own namespace: everything by name, but for making, where Kubernetes knows no name yet.</summary>
    public static JsonObject OwnWriteRole() => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, AgentNames.Namespace),
        ["rules"] = new JsonArray(
            Rule("monitoring.coreos.com", ["prometheusagents"], ["get", "patch", "delete"], [AgentNames.PrometheusAgent]),
            Rule("monitoring.coreos.com", ["prometheusagents"], ["create"]),
            Rule("apps", ["statefulsets"], ["get", "patch", "delete"], [AgentNames.Agent]),
            Rule("apps", ["statefulsets"], ["create"]),
            Rule("", ["configmaps"], ["get", "patch", "delete"], [AgentNames.Agent, AgentNames.Values]),
            Rule("", ["configmaps"], ["create"]),
            Rule("", ["serviceaccounts"], ["get", "patch"], [AgentNames.ServiceAccount]),
            Rule("", ["serviceaccounts/token"], ["create"], [AgentNames.ServiceAccount]),
            // Why pods are refused (quota, pod security) is told by events alone.
            Rule("", ["events"], ["list"]),
            Rule("", ["pods/proxy"], ["get"], [.. OwnPods.Select(pod => $"{pod}:{PrometheusPort}")])),
    };

    public static JsonObject WriteBinding(string @namespace) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "RoleBinding",
        ["metadata"] = Metadata(WriteName, @namespace),
        ["roleRef"] = RoleRef("Role", WriteName),
        ["subjects"] = Subjects(),
    };

    private static string[] Names(Collector[] collectors, Func<Collector, IEnumerable<string>> names) =>
        [.. collectors.SelectMany(names).Distinct().Order(StringComparer.Ordinal)];

    private static JsonObject Metadata(string name, string? @namespace = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        metadata["labels"] = new JsonObject { [ManagedByLabel] = ManagedBy };
        return metadata;
    }

    internal static JsonObject RoleRef(string kind, string name) => new() { ["apiGroup"] = ApiGroup, ["kind"] = kind, ["name"] = name };

    private static JsonArray Subjects() => new(new JsonObject
    {
        ["apiGroup"] = ApiGroup,
        ["kind"] = "Group",
        ["name"] = AccessEntryDecision.Group,
    });

    internal static JsonObject Rule(string group, string[] resources, string[] verbs, string[]? names = null)
    {
        var rule = new JsonObject { ["apiGroups"] = Array(group), ["resources"] = Array(resources) };
        // An empty list of names would mean every object.
        if (names is { Length: > 0 })
        {
            rule["resourceNames"] = Array(names);
        }

        rule["verbs"] = Array(verbs);
        return rule;
    }

    private static JsonArray Array(params string[] texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);
}
