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

    /// <summary>The rights to read for planning, in every namespace. No Secrets, no ConfigMaps, and no pods: their environment has plain values.</summary>
    public static JsonObject ReadRole() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = Metadata(ReadName),
        ["rules"] = RbacManifest.Rules(
            RbacManifest.Rule("monitoring.coreos.com", ["prometheuses", "prometheusagents"], ["get", "list"]),
            // The plan names those that an agent rejects.
            RbacManifest.Rule("monitoring.coreos.com", ["servicemonitors"], ["list"]),
            RbacManifest.Rule("", ["serviceaccounts"], ["get"]),
            RbacManifest.Rule("apps", ["statefulsets"], ["get", "list"]),
            RbacManifest.NamedRule(RbacManifest.ApiGroup, ["clusterroles", "clusterrolebindings"], ["get"], [ReadName, AgentNames.ScrapeRole]),
            RbacManifest.NamedRule(RbacManifest.ApiGroup, ["roles", "rolebindings"], ["get"], [WriteName]),
            RbacManifest.NamedRule("", ["namespaces"], ["get"], [AgentNames.Namespace]),
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
        ["rules"] = RbacManifest.Rules(
            RbacManifest.NamedRule("monitoring.coreos.com", ["prometheuses"], ["get", "patch"], Names(collectors, collector => [collector.Name])),
            RbacManifest.NamedRule("", ["serviceaccounts"], ["get", "patch"], Names(collectors, collector => [collector.ServiceAccount])),
            RbacManifest.NamedRule("", ["serviceaccounts/token"], ["create"], Names(collectors, collector => [collector.ServiceAccount])),
            Pods(Names(collectors, collector => collector.Pods)),
            PodProxies(Names(collectors, collector => collector.Pods))),
    };

    /// <summary>For a collector that an operator configures: its token, and the state of its pods.</summary>
    public static JsonObject ProveRole(Collector collector) => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, collector.Namespace),
        ["rules"] = RbacManifest.Rules(
            RbacManifest.NamedRule("monitoring.coreos.com", ["prometheuses"], ["get"], [collector.Name]),
            RbacManifest.NamedRule("", ["serviceaccounts/token"], ["create"], [collector.ServiceAccount]),
            Pods(Names([collector], one => one.Pods)),
            PodProxies(Names([collector], one => one.Pods))),
    };

    /// <summary>The rights to write in the namespace of CentralAmp: by name, except for create, where RBAC supports no names.</summary>
    public static JsonObject ManagedWriteRole() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "Role",
        ["metadata"] = Metadata(WriteName, AgentNames.Namespace),
        ["rules"] = RbacManifest.Rules(
            RbacManifest.NamedRule("monitoring.coreos.com", ["prometheusagents"], ["get", "patch", "delete"], [AgentNames.PrometheusAgent]),
            RbacManifest.Rule("monitoring.coreos.com", ["prometheusagents"], ["create"]),
            RbacManifest.NamedRule("apps", ["statefulsets"], ["get", "patch", "delete"], [AgentNames.Agent]),
            RbacManifest.Rule("apps", ["statefulsets"], ["create"]),
            RbacManifest.NamedRule("", ["configmaps"], ["get", "patch", "delete"], [AgentNames.Agent, AgentNames.Values]),
            RbacManifest.Rule("", ["configmaps"], ["create"]),
            RbacManifest.NamedRule("", ["serviceaccounts"], ["get", "patch"], [AgentNames.ServiceAccount]),
            RbacManifest.NamedRule("", ["serviceaccounts/token"], ["create"], [AgentNames.ServiceAccount]),
            RbacManifest.NamedRule("", ["secrets"], ["get"], [AgentNames.ScrapeJobs]),
            // Only events show why pods are refused (quota, pod security).
            RbacManifest.Rule("", ["events"], ["list"]),
            Pods(AgentPods),
            PodProxies(AgentPods)),
    };

    private static JsonObject? Pods(string[] pods) => RbacManifest.NamedRule("", ["pods"], ["get"], pods);

    private static JsonObject? PodProxies(string[] pods) =>
        RbacManifest.NamedRule("", ["pods/proxy"], ["get"], [.. pods.Select(pod => $"{pod}:{CollectorNames.PrometheusPort}")]);

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
