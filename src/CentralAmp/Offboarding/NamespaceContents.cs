using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Offboarding;

/// <summary>
/// What is in CentralAmp's namespace besides CentralAmp's objects: deleting a namespace deletes everything in it. Only metadata is read, no content of a Secret.
/// </summary>
internal static class NamespaceContents
{
    /// <summary>What runs, keeps data or gives rights. A kind that the cluster does not have is skipped.</summary>
    private static readonly (string Api, string Plural)[] Kinds =
    [
        ("api/v1", "pods"), ("api/v1", "services"), ("api/v1", "configmaps"), ("api/v1", "secrets"), ("api/v1", "serviceaccounts"), ("api/v1", "persistentvolumeclaims"),
        ("apis/apps/v1", "deployments"), ("apis/apps/v1", "statefulsets"), ("apis/apps/v1", "daemonsets"), ("apis/batch/v1", "jobs"), ("apis/batch/v1", "cronjobs"),
        ("apis/rbac.authorization.k8s.io/v1", "roles"), ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
        ("apis/monitoring.coreos.com/v1", "prometheuses"), ("apis/monitoring.coreos.com/v1alpha1", "prometheusagents"),
        ("apis/monitoring.coreos.com/v1", "servicemonitors"), ("apis/monitoring.coreos.com/v1", "podmonitors"),
    ];

    /// <summary>CentralAmp's objects, and what Kubernetes puts into every namespace.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        $"configmaps/{AgentNames.Agent}", $"configmaps/{AgentNames.Values}", "configmaps/kube-root-ca.crt",
        $"secrets/{AgentNames.ScrapeJobs}",
        $"serviceaccounts/{AgentNames.ServiceAccount}", "serviceaccounts/default",
        $"statefulsets/{AgentNames.Agent}", $"prometheusagents/{AgentNames.PrometheusAgent}",
        $"roles/{RbacManifests.WriteName}", $"rolebindings/{RbacManifests.WriteName}",
    };

    /// <summary>Controllers make further objects for CentralAmp's: pods, the configuration of an agent. They end with their owner.</summary>
    private static readonly HashSet<(string Kind, string Name)> Owners =
    [
        ("StatefulSet", AgentNames.Agent), ("StatefulSet", AgentNames.OperatorStatefulSet), ("PrometheusAgent", AgentNames.PrometheusAgent),
    ];

    /// <returns>The objects of others, as <c>plural/name</c>.</returns>
    public static async Task<IReadOnlyList<string>> OfOthersAsync(IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var others = new List<string>();
        foreach (var (api, plural) in Kinds)
        {
            var items = await kubernetes.ListMetadataAsync(KubernetesPath.AllInNamespace(api, AgentNames.Namespace, plural), cancellationToken) ?? [];
            others.AddRange(items.Where(item => !IsKnown(plural, item)).Select(item => $"{plural}/{item["metadata"]?["name"]}"));
        }

        return others;
    }

    private static bool IsKnown(string plural, JsonObject item) => Known.Contains($"{plural}/{item["metadata"]?["name"]}") || IsOwned(item);

    private static bool IsOwned(JsonObject item) => (item["metadata"]?["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>()
        .Any(owner => Owners.Contains((owner["kind"]?.ToString() ?? "", owner["name"]?.ToString() ?? "")));
}
