using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Access;

/// <summary>The RBAC that CentralAmp installs, as Kubernetes objects. Pure; reviewed in the golden files of the tests.</summary>
public static class RbacManifests
{
    public const string ReadName = "central-amp-read";
    public const string WriteName = "central-amp-write";

    private static readonly string[] AgentPods = [AgentNames.PodOf(AgentNames.Agent), AgentNames.PodOf(AgentNames.OperatorStatefulSet)];

    /// <summary>The rights to read for planning and delivery, in every namespace. No Secrets, no ConfigMaps.</summary>
    public static JsonObject ReadRole() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = Metadata(ReadName),
        ["rules"] = new JsonArray(
            RbacManifest.Rule("monitoring.coreos.com", ["prometheuses", "prometheusagents"], ["get", "list"]),
            RbacManifest.Rule("", ["serviceaccounts"], ["get"]),
            RbacManifest.Rule("", ["pods"], ["get", "list"]),
            RbacManifest.Rule("apps", ["statefulsets"], ["get", "list"]),
            RbacManifest.Rule(RbacManifest.ApiGroup, ["clusterroles", "clusterrolebindings"], ["get"], [ReadName, AgentNames.ScrapeRole]),
            RbacManifest.Rule(RbacManifest.ApiGroup, ["roles", "rolebindings"], ["get"], [WriteName]),
            RbacManifest.Rule("", ["namespaces"], ["get"], [AgentNames.Namespace]),
            RbacManifest.Rule("", ["nodes"], ["list"])),
    };

    public static JsonObject ReadBinding() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "ClusterRoleBinding",
        ["metadata"] = Metadata(ReadName),
        ["roleRef"] = RbacManifest.RoleRef("ClusterRole", ReadName),
        ["subjects"] = Subjects(),
    };

    /// <summary>The rights to write exactly the objects of the collector, by name.</summary>
    /// <param name="collectors">Collectors of one namespace: the planned one, and one that it replaces, if any.</param>
    public static JsonObject WriteRole(params Collector[] collectors) => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, collectors[0].Namespace),
        ["rules"] = new JsonArray(
            RbacManifest.Rule("monitoring.coreos.com", ["prometheuses"], ["get", "patch"], Names(collectors, collector => [collector.Name])),
            RbacManifest.Rule("", ["serviceaccounts"], ["get", "patch"], Names(collectors, collector => [collector.ServiceAccount])),
            RbacManifest.Rule("", ["serviceaccounts/token"], ["create"], Names(collectors, collector => [collector.ServiceAccount])),
            RbacManifest.Rule("", ["pods/proxy"], ["get"], Names(collectors, collector => collector.Pods.Select(pod => $"{pod}:{CollectorNames.PrometheusPort}")))),
    };

    /// <summary>For a collector that an operator configures: its token, and the state of its pods.</summary>
    public static JsonObject ProveRole(Collector collector) => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, collector.Namespace),
        ["rules"] = new JsonArray(
            RbacManifest.Rule("monitoring.coreos.com", ["prometheuses"], ["get"], [collector.Name]),
            RbacManifest.Rule("", ["serviceaccounts/token"], ["create"], [collector.ServiceAccount]),
            RbacManifest.Rule("", ["pods/proxy"], ["get"], Names([collector], one => one.Pods.Select(pod => $"{pod}:{CollectorNames.PrometheusPort}")))),
    };

    /// <summary>The rights to write in the namespace of CentralAmp: by name, except for create, where RBAC supports no names.</summary>
    public static JsonObject ManagedWriteRole() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, AgentNames.Namespace),
        ["rules"] = new JsonArray(
            RbacManifest.Rule("monitoring.coreos.com", ["prometheusagents"], ["get", "patch", "delete"], [AgentNames.PrometheusAgent]),
            RbacManifest.Rule("monitoring.coreos.com", ["prometheusagents"], ["create"]),
            RbacManifest.Rule("apps", ["statefulsets"], ["get", "patch", "delete"], [AgentNames.Agent]),
            RbacManifest.Rule("apps", ["statefulsets"], ["create"]),
            RbacManifest.Rule("", ["configmaps"], ["get", "patch", "delete"], [AgentNames.Agent, AgentNames.Values]),
            RbacManifest.Rule("", ["configmaps"], ["create"]),
            RbacManifest.Rule("", ["serviceaccounts"], ["get", "patch"], [AgentNames.ServiceAccount]),
            RbacManifest.Rule("", ["serviceaccounts/token"], ["create"], [AgentNames.ServiceAccount]),
            // Only events show why pods are refused (quota, pod security).
            RbacManifest.Rule("", ["events"], ["list"]),
            RbacManifest.Rule("", ["pods/proxy"], ["get"], [.. AgentPods.Select(pod => $"{pod}:{CollectorNames.PrometheusPort}")])),
    };

    public static JsonObject WriteBinding(string @namespace) => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "RoleBinding",
        ["metadata"] = Metadata(WriteName, @namespace),
        ["roleRef"] = RbacManifest.RoleRef("Role", WriteName),
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

        metadata["labels"] = new JsonObject { [ManagedNames.ManagedByLabel] = ManagedNames.ManagedBy };
        return metadata;
    }

    private static JsonArray Subjects() => new(new JsonObject
    {
        ["apiGroup"] = RbacManifest.ApiGroup,
        ["kind"] = "Group",
        ["name"] = AccessEntryDecision.Group,
    });
}
