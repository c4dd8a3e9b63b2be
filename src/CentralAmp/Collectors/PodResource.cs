using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The properties of a collector's pod that CentralAmp reads.</summary>
/// <param name="RoleAnnotation">Value of <see cref="ManagedNames.RoleAnnotation"/>, which identifies the template of the pod; empty if absent.</param>
/// <param name="RoleArn">The role that the webhook put into the pod's environment; empty if it did not.</param>
public sealed record PodResource(string Name, bool Ready, string RoleAnnotation, string RoleArn)
{
    /// <summary>The container name that the operator assigns; sidecars do not count.</summary>
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
