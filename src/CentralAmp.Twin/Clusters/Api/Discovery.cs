using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>Discovery endpoints: versions, groups, resources, health.</summary>
internal sealed class Discovery(Func<IReadOnlyList<ResourceKind>> served)
{
    private static readonly string[] AllVerbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    // For operators with kubectl.
    private static readonly Dictionary<string, string> ShortNames = new()
    {
        ["namespaces"] = "ns",
        ["nodes"] = "no",
        ["services"] = "svc",
        ["endpoints"] = "ep",
        ["servicemonitors"] = "smon",
        ["podmonitors"] = "pmon",
        ["serviceaccounts"] = "sa",
        ["pods"] = "po",
        ["configmaps"] = "cm",
        ["statefulsets"] = "sts",
        ["customresourcedefinitions"] = "crd",
        ["prometheuses"] = "prom",
        ["prometheusagents"] = "promagent",
    };

    public ApiResponse Answer(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => ApiResponse.Json(200, Version),
        ["healthz" or "livez" or "readyz"] => ApiResponse.Text(200, "ok"),
        ["api"] => ApiResponse.Json(200, new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") }),
        ["api", "v1"] => Resources("", "v1"),
        ["apis"] => ApiResponse.Json(200, new JsonObject
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. Groups.Select(g => Group(g))]),
        }),
        ["apis", var group] when Groups.Contains(group) => ApiResponse.Json(200, Group(group, "APIGroup")),
        ["apis", var group, var version] => Resources(group, version),
        _ => ApiResponse.PageNotFound,
    };

    // The version is the one whose server-side apply was measured (reference/prometheus.md).
    private static JsonObject Version => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = "v1.36.2-eks-twin",
        ["platform"] = "linux/amd64",
    };

    private IEnumerable<string> Groups => served().Select(k => k.Group).Where(g => g.Length > 0).Distinct();

    private JsonObject Group(string group, string? kind = null)
    {
        var versions = served().Where(k => k.Group == group).Select(k => k.Version).Distinct()
            .Select(v => new JsonObject { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        var json = new JsonObject { ["name"] = group, ["preferredVersion"] = versions[0].DeepClone(), ["versions"] = new JsonArray([.. versions]) };
        if (kind is not null)
        {
            json["kind"] = kind;
            json["apiVersion"] = "v1";
        }
        return json;
    }

    private ApiResponse Resources(string group, string version)
    {
        var kinds = served().Where(k => k.Group == group && k.Version == version).ToList();
        if (kinds.Count == 0)
            return ApiResponse.PageNotFound;
        return ApiResponse.Json(200, new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = kinds[0].ApiVersion,
            ["resources"] = new JsonArray([.. kinds.SelectMany(Entries)]),
        });
    }

    private static IEnumerable<JsonNode> Entries(ResourceKind kind)
    {
        var main = Entry(kind, kind.Plural, AllVerbs);
        if (ShortNames.TryGetValue(kind.Plural, out var shortName))
            main["shortNames"] = new JsonArray(shortName);
        yield return main;
        foreach (var subresource in kind.Subresources)
            yield return Entry(kind, $"{kind.Plural}/{subresource}", subresource == "token" ? ["create"] : subresource == "proxy" ? ["get"] : ["get", "patch", "update"]);
    }

    private static JsonObject Entry(ResourceKind kind, string name, string[] verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = name == kind.Plural ? kind.Kind.ToLowerInvariant() : "",
        ["namespaced"] = kind.Namespaced,
        ["kind"] = kind.Kind,
        ["verbs"] = new JsonArray([.. verbs.Select(v => JsonValue.Create(v))]),
    };
}
