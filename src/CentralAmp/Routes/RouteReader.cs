using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Routes;

/// <summary>Parses the JSON of the routes. Reports the path and the expected value of every invalid field.</summary>
internal sealed class RouteReader(string hubAccountId, IReadOnlyCollection<string> workspaceArns)
{
    private static readonly string[] Fields = ["name", "workspaceArn", "accounts", "regions", "tags", "trustMode"];

    private readonly List<string> errors = [];

    public IReadOnlyList<string> Errors => errors;

    public IReadOnlyList<Route> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                return CheckRouteNames([.. document.RootElement.EnumerateArray().Select((item, index) => ReadRoute(item, $"routes[{index}]"))]);
            }

            AddError("routes", "is not a list");
        }
        catch (JsonException e)
        {
            AddError("routes", $"is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }

        return [];
    }

    private List<Route> CheckRouteNames(List<Route> routes)
    {
        for (var later = 1; later < routes.Count; later++)
        {
            var earlier = routes.FindIndex(route => route.Name == routes[later].Name);
            if (earlier < later && routes[later].Name.Length > 0)
            {
                AddError($"routes[{later}].name", $"'{routes[later].Name}' is the name of routes[{earlier}] already");
            }
        }

        return routes;
    }

    private Route ReadRoute(JsonElement item, string at)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            AddError(at, "is not an object");
            return new Route { Name = "", WorkspaceArn = "" };
        }

        CheckFieldNames(item, at);
        return new Route
        {
            Name = Required(item, at, "name"),
            WorkspaceArn = WorkspaceArn(item, at),
            Accounts = Set(item, at, "accounts", ClusterArn.IsAccountId, "an account id of twelve digits"),
            Regions = Set(item, at, "regions", ClusterArn.IsRegion, "a region"),
            Tags = Tags(item, at),
            TrustMode = TrustMode(item, at),
        };
    }

    private void CheckFieldNames(JsonElement item, string at)
    {
        foreach (var group in item.EnumerateObject().GroupBy(field => field.Name, StringComparer.Ordinal))
        {
            if (!Fields.Contains(group.Key, StringComparer.Ordinal))
            {
                AddError($"{at}.{Quote.Cut(group.Key)}", $"is not a field of a route; these are {string.Join(", ", Fields)}");
            }
            else if (group.Count() > 1)
            {
                AddError($"{at}.{group.Key}", "is given twice");
            }
        }
    }

    private string WorkspaceArn(JsonElement item, string at)
    {
        var arn = Required(item, at, "workspaceArn");
        var where = $"{at}.workspaceArn";
        if (arn.Length == 0)
        {
            return arn;
        }

        if (!Workspace.IsArn(arn))
        {
            AddError(where, $"is '{Quote.Cut(arn)}', expected the ARN of an AMP workspace");
        }
        else if (arn.Split(':')[4] is var account && account != hubAccountId)
        {
            AddError(where, $"is a workspace of account {account}, expected one of the hub account {hubAccountId}");
        }
        else if (!workspaceArns.Contains(arn))
        {
            AddError(where, $"is {arn}, which is neither the parameter WorkspaceArn nor among MoreWorkspaceArns");
        }

        return arn;
    }

    private HashSet<string>? Set(JsonElement item, string at, string field, Func<string, bool> check, string expected)
    {
        if (!item.TryGetProperty(field, out var list))
        {
            return null;
        }

        var where = $"{at}.{field}";
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            AddError(where, "is not a list with at least one value; omit it to match every cluster");
            return null;
        }

        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, value) in list.EnumerateArray().Index())
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            if (value.ValueKind != JsonValueKind.String || !check(text))
            {
                AddError($"{where}[{index}]", $"is '{Quote.Cut(text)}', expected {expected}");
            }

            values.Add(text);
        }

        return values;
    }

    private Dictionary<string, string> Tags(JsonElement item, string at)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!item.TryGetProperty("tags", out var given))
        {
            return tags;
        }

        if (given.ValueKind != JsonValueKind.Object || !given.EnumerateObject().Any())
        {
            AddError($"{at}.tags", "is not an object with at least one tag; omit it to match every cluster");
            return tags;
        }

        foreach (var tag in given.EnumerateObject())
        {
            ReadTag(tag, $"{at}.tags.{Quote.Cut(tag.Name)}", tags);
        }

        return tags;
    }

    private void ReadTag(JsonProperty tag, string where, Dictionary<string, string> tags)
    {
        if (tag.Value.ValueKind != JsonValueKind.String)
        {
            AddError(where, "is not a text: values of tags are texts");
        }
        else if (tag.Name.Length == 0 || tag.Name.StartsWith(ClusterTags.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            AddError(where, $"is not a tag to route by: keys are not empty, and keys with {ClusterTags.Prefix} are options of CentralAmp");
        }
        else if (!tags.TryAdd(tag.Name, tag.Value.GetString()!))
        {
            AddError(where, "is given twice");
        }
    }

    private string? TrustMode(JsonElement item, string at)
    {
        if (!item.TryGetProperty("trustMode", out var given))
        {
            return null;
        }

        var mode = given.ValueKind == JsonValueKind.String ? given.GetString()! : given.GetRawText();
        if (!TrustModes.IsKnown(mode))
        {
            AddError($"{at}.trustMode", $"is '{Quote.Cut(mode)}', expected {TrustModes.Direct}, {TrustModes.Chained} or {TrustModes.Auto}");
        }

        return mode;
    }

    private string Required(JsonElement item, string at, string field)
    {
        if (item.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString()))
        {
            return value.GetString()!;
        }

        AddError($"{at}.{field}", item.TryGetProperty(field, out _) ? "is not a text, or an empty one" : "is missing");
        return "";
    }

    private void AddError(string where, string what) => errors.Add($"{where} {what}");
}
