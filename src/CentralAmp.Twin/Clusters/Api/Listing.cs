using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>Lists, selected and in pages.</summary>
internal sealed class Listing(ObjectStore store)
{
    public JsonObject List(ResourceKind kind, ApiRequest request)
    {
        var labels = Selectors.Labels(request.Query["labelSelector"].ToString());
        var fields = Selectors.Fields(kind, request.Query["fieldSelector"].ToString());
        var after = After(request.Query["continue"].ToString());
        var rest = store.List(kind, request.Namespace)
            .Where(item => labels(item) && fields(item) && string.CompareOrdinal(Key(item), after) > 0)
            .ToList();

        var page = Limit(request) is { } limit && limit < rest.Count ? rest[..limit] : rest;
        var metadata = new JsonObject { ["resourceVersion"] = store.Revision };
        if (page.Count < rest.Count)
        {
            metadata["continue"] = Continue(Key(page[^1]));
            metadata["remainingItemCount"] = rest.Count - page.Count;
        }
        return new JsonObject
        {
            ["kind"] = kind.Kind + "List",
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. page.Select(item => Item(kind, item))]),
        };
    }

    // Items of custom resources have apiVersion and kind, items of built-in lists do not.
    private static JsonObject Item(ResourceKind kind, JsonObject item)
    {
        if (!kind.IsCustom)
        {
            item.Remove("apiVersion");
            item.Remove("kind");
        }
        return item;
    }

    private static int? Limit(ApiRequest request) =>
        int.TryParse(request.Query["limit"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : null;

    private static string Key(JsonObject item) => $"{item.Namespace()}/{item.Name()}";

    private static string Continue(string key) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["v"] = "meta.k8s.io/v1", ["start"] = key }.ToText()));

    private static string After(string token)
    {
        try
        {
            return token.Length == 0 ? "" : JsonNode.Parse(Convert.FromBase64String(token)).TextAt("start") ?? "";
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw StatusException.BadRequest("continue key is not valid");
        }
    }
}
