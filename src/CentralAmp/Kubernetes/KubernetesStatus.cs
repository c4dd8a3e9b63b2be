using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes;

/// <summary>Reads the <c>Status</c> object of an error answer.</summary>
internal static class KubernetesStatus
{
    private const int LongestMessage = 600;

    public static bool IsStatus(string body) => Parse(body) is { } status && Text(status["kind"]) == "Status";

    /// <param name="body">The body of the answer; without a <c>Status</c> object, only the HTTP status is known.</param>
    /// <param name="retryAfter">The header <c>Retry-After</c>.</param>
    public static KubernetesException Read(int httpStatus, string body, TimeSpan? retryAfter)
    {
        if (Parse(body) is not { } status || Text(status["kind"]) != "Status")
        {
            return new KubernetesException(httpStatus, "", $"HTTP {httpStatus} without a Status object", [], retryAfter);
        }

        var details = status["details"] as JsonObject;
        var causes = (details?["causes"] as JsonArray)?.OfType<JsonObject>()
            .Select(cause => new KubernetesCause(Text(cause["reason"]) ?? "", Text(cause["field"]) ?? "", Text(cause["message"]) ?? ""))
            .ToArray() ?? [];
        var message = Text(status["message"]) ?? $"HTTP {httpStatus}";
        return new KubernetesException(
            httpStatus, Text(status["reason"]) ?? "", message.Length <= LongestMessage ? message : message[..LongestMessage], causes, retryAfter);
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
