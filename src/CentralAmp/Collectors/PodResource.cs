using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>A collector's pod as far as the road looks at it.</summary>
/// <param name="RoleAnnotation">Value of <see cref="ManagedNames.RoleAnnotation"/>: which template it was made from; empty if none.</param>
/// <param name="RoleArn">What the webhook put into its environment; empty if it did not.</param>
public sealed record PodResource(string Name, bool Ready, string RoleAnnotation, string RoleArn)
{
    /// <summary>The operator's name for the container; side-cars are not asked.</summary>
    private const string Container = "prometheus";

    private const string RoleVariable = "AWS_ROLE_ARN";

    public static PodResource Read(JsonObject pod) => new(
        Text(pod["metadata"]?["name"]),
        Items(pod["status"]?["conditions"]).Any(condition => Text(condition["type"]) == "Ready" && Text(condition["status"]) == "True"),
        Text(pod["metadata"]?["annotations"]?[ManagedNames.RoleAnnotation]),
        Items(pod["spec"]?["containers"])
            .Where(container => Text(container["name"]) == Container)
            .SelectMany(container => Items(container["env"]))
            .Where(variable => Text(variable["name"]) == RoleVariable)
            .Select(variable => Text(variable["value"]))
            .FirstOrDefault(""));

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
