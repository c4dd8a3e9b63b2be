using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>Parts of RBAC objects (rbac.authorization.k8s.io/v1).</summary>
public static class RbacManifest
{
    public const string ApiGroup = "rbac.authorization.k8s.io";
    public const string ApiVersion = $"{ApiGroup}/v1";

    public static JsonObject RoleRef(string kind, string name) => new() { ["apiGroup"] = ApiGroup, ["kind"] = kind, ["name"] = name };

    /// <param name="names">Null: every object of these resources.</param>
    public static JsonObject Rule(string group, string[] resources, string[] verbs, string[]? names = null)
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
