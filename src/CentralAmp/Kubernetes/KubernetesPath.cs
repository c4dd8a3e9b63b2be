using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>Paths of the Kubernetes API that CentralAmp uses.</summary>
public static class KubernetesPath
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Agents = "/apis/monitoring.coreos.com/v1alpha1";
    private const string Operator = "/apis/monitoring.coreos.com/v1";

    public static string AllPrometheuses => $"{Operator}/prometheuses";

    public static string AllPrometheusAgents => $"{Agents}/prometheusagents";

    public static string PrometheusAgent(string @namespace, string name) => $"{Agents}/namespaces/{Segment(@namespace)}/prometheusagents/{Segment(name)}";

    public static string Nodes => "/api/v1/nodes";

    public static string Namespace(string name) => Core(name);

    public static string AllServiceMonitors => $"{Operator}/servicemonitors";

    public static string Secret(string @namespace, string name) => $"{Core(@namespace)}/secrets/{Segment(name)}";

    public static string ConfigMap(string @namespace, string name) => $"{Core(@namespace)}/configmaps/{Segment(name)}";

    /// <param name="reason">Reason of a controller's event, such as FailedCreate.</param>
    public static string Events(string @namespace, string reason) => $"{Core(@namespace)}/events?fieldSelector={Escape($"reason={reason}")}";

    public static string Prometheus(string @namespace, string name) => $"{Operator}/namespaces/{Segment(@namespace)}/prometheuses/{Segment(name)}";

    public static string ServiceAccount(string @namespace, string name) => $"{Core(@namespace)}/serviceaccounts/{Segment(name)}";

    public static string TokenRequest(string @namespace, string serviceAccount) => $"{ServiceAccount(@namespace, serviceAccount)}/token";

    public static string Pod(string @namespace, string name) => $"{Core(@namespace)}/pods/{Segment(name)}";

    /// <param name="labelSelector">As <c>kubectl -l</c>; empty for all.</param>
    public static string Pods(string @namespace, string labelSelector = "") =>
        $"{Core(@namespace)}/pods{(labelSelector.Length == 0 ? "" : $"?labelSelector={Escape(labelSelector)}")}";

    /// <param name="target">Path and query at the pod, from its first slash.</param>
    public static string PodProxy(string @namespace, string pod, int port, string target) =>
        $"{Core(@namespace)}/pods/{Segment(pod)}:{port}/proxy{target}";

    public static string StatefulSet(string @namespace, string name) => $"/apis/apps/v1/namespaces/{Segment(@namespace)}/statefulsets/{Segment(name)}";

    public static string StatefulSets(string @namespace) => $"/apis/apps/v1/namespaces/{Segment(@namespace)}/statefulsets";

    public static string AllServiceAccounts => "/api/v1/serviceaccounts";

    /// <param name="kind">Plural: <c>clusterroles</c>, <c>roles</c>, … of every namespace.</param>
    /// <param name="labelSelector">As <c>kubectl -l</c>.</param>
    public static string AllRbac(string kind, string labelSelector) => $"{Rbac}/{kind}?labelSelector={Escape(labelSelector)}";

    public static string RoleBindings(string @namespace) => $"{Rbac}/namespaces/{Segment(@namespace)}/rolebindings";

    /// <param name="api"><c>api/v1</c> or <c>apis/group/version</c>.</param>
    public static string AllInNamespace(string api, string @namespace, string plural) => $"/{api}/namespaces/{Segment(@namespace)}/{plural}";

    public static string ClusterRole(string name) => $"{Rbac}/clusterroles/{Segment(name)}";

    public static string ClusterRoleBinding(string name) => $"{Rbac}/clusterrolebindings/{Segment(name)}";

    public static string Role(string @namespace, string name) => $"{Rbac}/namespaces/{Segment(@namespace)}/roles/{Segment(name)}";

    public static string RoleBinding(string @namespace, string name) => $"{Rbac}/namespaces/{Segment(@namespace)}/rolebindings/{Segment(name)}";

    private static string Core(string @namespace) => $"/api/v1/namespaces/{Segment(@namespace)}";

    /// <summary>Only names that an object can have: a segment <c>..</c> would fold the path into another one.</summary>
    /// <exception cref="BlockedException">KubernetesRejected: a resource names an object that cannot exist.</exception>
    private static string Segment(string name) => DnsName.IsName(name)
        ? name
        : throw new BlockedException(
            Causes.KubernetesRejected,
            $"'{Quote.Cut(name)}' ({name.Length} characters) is no DNS name of at most {DnsName.MostCharacters} characters, so no object in Kubernetes can have it.",
            "Correct the resource that names it, then execute again.");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
