using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Namespace, identity and read rights of every CentralAmp agent. Pure; reviewed in the golden files of the tests.</summary>
public static class AgentManifests
{
    /// <summary>The objects that need an elevation to install, in this order, because they grant rights.</summary>
    public static IReadOnlyList<JsonObject> Identity(string roleArn) => [Namespace(), ServiceAccount(roleArn), ScrapeRole(), ScrapeBinding()];

    public static JsonObject Namespace() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = AgentMetadata.Of(AgentNames.Namespace, @namespace: null),
    };

    /// <param name="roleArn">Null: no pod runs with it.</param>
    public static JsonObject ServiceAccount(string? roleArn)
    {
        var metadata = AgentMetadata.Of(AgentNames.ServiceAccount);
        if (roleArn is not null)
        {
            metadata["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = roleArn };
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = metadata };
    }

    /// <summary>The read rights of Prometheus in kube-prometheus-stack: targets and their metrics. No Secrets, and no proxy to a kubelet, which allows to run commands in pods.</summary>
    public static JsonObject ScrapeRole() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = AgentMetadata.Of(AgentNames.ScrapeRole, @namespace: null),
        ["rules"] = RbacManifest.Rules(
            RbacManifest.Rule("", ["nodes", "services", "endpoints", "pods"], ["get", "list", "watch"]),
            RbacManifest.Rule("discovery.k8s.io", ["endpointslices"], ["get", "list", "watch"]),
            RbacManifest.Rule("networking.k8s.io", ["ingresses"], ["get", "list", "watch"]),
            RbacManifest.Rule("", ["nodes/metrics"], ["get"]),
            new JsonObject
            {
                ["nonResourceURLs"] = new JsonArray("/metrics", "/metrics/cadvisor", "/metrics/slis", "/metrics/probes", "/metrics/resource"),
                ["verbs"] = new JsonArray("get"),
            }),
    };

    /// <summary>Delivery <c>prometheus-agent</c>: the operator takes scrape jobs only from a Secret. It has no credentials; the jobs name the pod's token file.</summary>
    public static JsonObject ScrapeJobs() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = AgentMetadata.Of(AgentNames.ScrapeJobs),
        ["type"] = "Opaque",
        ["data"] = new JsonObject { [AgentNames.ScrapeJobsKey] = Convert.ToBase64String(Encoding.UTF8.GetBytes(ScrapeJobsText())) },
    };

    /// <summary>JSON is YAML as well.</summary>
    public static string ScrapeJobsText() => $"[\n{string.Join(",\n", ClusterJobs.Render().Select(JsonText.Print))}\n]\n";

    public static JsonObject ScrapeBinding() => new()
    {
        ["apiVersion"] = RbacManifest.ApiVersion,
        ["kind"] = "ClusterRoleBinding",
        ["metadata"] = AgentMetadata.Of(AgentNames.ScrapeRole, @namespace: null),
        ["roleRef"] = RbacManifest.RoleRef("ClusterRole", AgentNames.ScrapeRole),
        ["subjects"] = new JsonArray(new JsonObject
        {
            ["kind"] = "ServiceAccount",
            ["name"] = AgentNames.ServiceAccount,
            ["namespace"] = AgentNames.Namespace,
        }),
    };
}
