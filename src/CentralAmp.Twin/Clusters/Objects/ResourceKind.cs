using System.Text.Json;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>A kind of object that the API server serves.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Subresources">Names of served subresources.</param>
public sealed record ResourceKind(string Group, string Version, string Plural, string Kind, bool Namespaced, params string[] Subresources)
{
    public static ResourceKind Namespace { get; } = new("", "v1", "namespaces", "Namespace", false, "status");

    public static ResourceKind Node { get; } = new("", "v1", "nodes", "Node", false, "proxy", "metrics", "status");

    public static ResourceKind Service { get; } = new("", "v1", "services", "Service", true, "status");

    public static ResourceKind Endpoints { get; } = new("", "v1", "endpoints", "Endpoints", true);

    public static ResourceKind EndpointSlice { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);

    public static ResourceKind ServiceAccount { get; } = new("", "v1", "serviceaccounts", "ServiceAccount", true, "token");

    public static ResourceKind Pod { get; } = new("", "v1", "pods", "Pod", true, "proxy", "status");

    public static ResourceKind Secret { get; } = new("", "v1", "secrets", "Secret", true);

    public static ResourceKind ConfigMap { get; } = new("", "v1", "configmaps", "ConfigMap", true);

    public static ResourceKind StatefulSet { get; } = new("apps", "v1", "statefulsets", "StatefulSet", true, "status");

    public static ResourceKind Role { get; } = new("rbac.authorization.k8s.io", "v1", "roles", "Role", true);

    public static ResourceKind RoleBinding { get; } = new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true);

    public static ResourceKind ClusterRole { get; } = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false);

    public static ResourceKind ClusterRoleBinding { get; } =
        new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false);

    public static ResourceKind CustomResourceDefinition { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, "status");

    public static ResourceKind Prometheus { get; } = new("monitoring.coreos.com", "v1", "prometheuses", "Prometheus", true, "status");

    public static ResourceKind PrometheusAgent { get; } =
        new("monitoring.coreos.com", "v1alpha1", "prometheusagents", "PrometheusAgent", true, "status");

    public static ResourceKind ServiceMonitor { get; } = new("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor", true);

    public static ResourceKind PodMonitor { get; } = new("monitoring.coreos.com", "v1", "podmonitors", "PodMonitor", true);

    public static ResourceKind Probe { get; } = new("monitoring.coreos.com", "v1", "probes", "Probe", true);

    public static ResourceKind ScrapeConfig { get; } = new("monitoring.coreos.com", "v1alpha1", "scrapeconfigs", "ScrapeConfig", true);

    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        Namespace, Node, ServiceAccount, Pod, Secret, ConfigMap, Service, Endpoints, EndpointSlice, StatefulSet, Role, RoleBinding, ClusterRole,
        ClusterRoleBinding, CustomResourceDefinition, Prometheus, PrometheusAgent, ServiceMonitor, PodMonitor, Probe, ScrapeConfig,
    ];

    /// <summary>Served only while the CustomResourceDefinition of <see cref="QualifiedName"/> exists.</summary>
    public bool IsCustom => Group == Prometheus.Group;

    public bool HasStatus => Subresources.Contains("status");

    /// <summary>Kinds whose generation counts changes of the specification.</summary>
    public bool HasGeneration => IsCustom || this == StatefulSet || this == CustomResourceDefinition;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The name in error messages: <c>prometheuses.monitoring.coreos.com</c>, <c>pods</c>.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public ObjectSchema Schema => Schemas.Of(Kind);

    public override string ToString() => QualifiedName;
}

/// <summary>The schemas of all kinds, from schemas.json.</summary>
internal static class Schemas
{
    private static readonly Dictionary<string, ObjectSchema> ByKind = Load();

    public static ObjectSchema Of(string kind) => ByKind[kind];

    private static Dictionary<string, ObjectSchema> Load()
    {
        using var stream = typeof(Schemas).Assembly.GetManifestResourceStream("schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        var definitions = document.RootElement.GetProperty("definitions");
        ObjectSchema Definition(string name) => ObjectSchema.Parse(definitions.GetProperty(name), Definition);

        var metadata = Definition("Metadata");
        return document.RootElement.GetProperty("kinds").EnumerateObject().ToDictionary(
            kind => kind.Name,
            kind => WithIdentity(ObjectSchema.Parse(kind.Value, Definition), metadata));
    }

    private static ObjectSchema WithIdentity(ObjectSchema kind, ObjectSchema metadata)
    {
        var text = new ObjectSchema { Type = "string" };
        var properties = new Dictionary<string, ObjectSchema>(kind.Properties)
        {
            ["apiVersion"] = text,
            ["kind"] = text,
            ["metadata"] = metadata,
        };
        return new ObjectSchema { Type = "object", Properties = properties, Required = kind.Required };
    }
}
