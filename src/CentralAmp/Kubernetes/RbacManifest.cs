using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>Parts of RBAC objects (rbac.authorization.k8s.io/v1).</summary>
public static class RbacManifest
{
    public const string ApiGroup = "rbac.authorization.k8s.io";
    public const string ApiVersion = $"{ApiGroup}/v1";

    public static JsonObject RoleRef(string kind, string name) => new() { ["apiGroup"] = ApiGroup, ["kind"] = kind, ["name"] = name };

    /// <summary>For every object of these resources.</summary>
    public static JsonObject Rule(string group, string[] resources, string[] verbs) =>
        new() { ["apiGroups"] = Array(group), ["resources"] = Array(resources), ["verbs"] = Array(verbs) };

    /// <summary>For the named objects only.</summary>
    /// <returns>Null without names: in RBAC a rule that names no objects applies to every object.</returns>
    public static JsonObject? NamedRule(string group, string[] resources, string[] verbs, string[] names) => names.Length == 0
        ? null
        : new() { ["apiGroups"] = Array(group), ["resources"] = Array(resources), ["resourceNames"] = Array(names), ["verbs"] = Array(verbs) };

    public static JsonArray Rules(params JsonObject?[] rules) => new([.. rules.OfType<JsonObject>()]);

    private static JsonArray Array(params string[] texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);
}
