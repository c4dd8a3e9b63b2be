using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters;

/// <summary>The initial objects of every cluster: namespaces and the bootstrap policy of RBAC.</summary>
internal static class Bootstrap
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public"];
    private static readonly string[] PublicPaths = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
    private static readonly string[] DiscoveryPaths = [.. PublicPaths, "/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"];

    private static readonly WriteOptions Own = new(new FieldManager("kube-apiserver", FieldManager.Update));

    public static void Install(ObjectWriter writer)
    {
        foreach (var name in Namespaces)
            writer.Create(ResourceKind.Namespace, Named(name), Own);

        Grant(writer, "cluster-admin", "system:masters",
            new JsonObject { ["verbs"] = Texts("*"), ["apiGroups"] = Texts("*"), ["resources"] = Texts("*") },
            new JsonObject { ["verbs"] = Texts("*"), ["nonResourceURLs"] = Texts("*") });
        Grant(writer, "system:discovery", "system:authenticated", new JsonObject { ["verbs"] = Texts("get"), ["nonResourceURLs"] = Texts(DiscoveryPaths) });
        Grant(writer, "system:public-info-viewer", "system:unauthenticated", new JsonObject { ["verbs"] = Texts("get"), ["nonResourceURLs"] = Texts(PublicPaths) });
    }

    /// <summary>A deleted namespace that stays in Terminating because of a finalizer.</summary>
    public static void BeginEndless(ObjectWriter writer, string name)
    {
        var held = Named(name);
        held.Metadata()["finalizers"] = Texts("example.com/backup");
        writer.Create(ResourceKind.Namespace, held, Own);
        writer.Terminate(name, dryRun: false);
    }

    private static void Grant(ObjectWriter writer, string name, string group, params JsonNode[] rules)
    {
        var role = Named(name);
        role["rules"] = new JsonArray(rules);
        writer.Create(ResourceKind.ClusterRole, role, Own);

        var binding = Named(name);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = ResourceKind.ClusterRole.Group, ["kind"] = ResourceKind.ClusterRole.Kind, ["name"] = name };
        binding["subjects"] = new JsonArray(new JsonObject { ["kind"] = "Group", ["apiGroup"] = ResourceKind.ClusterRole.Group, ["name"] = group });
        writer.Create(ResourceKind.ClusterRoleBinding, binding, Own);
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonArray Texts(params string[] texts) => [.. texts.Select(t => JsonValue.Create(t))];
}
