using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>What the operator says about a resource of its own kinds.</summary>
internal static class OperatorStatus
{
    /// <summary>Why it does not act on it (condition <c>Reconciled</c> is False); null as long as it does, or says nothing.</summary>
    public static string? RefusalOf(JsonObject resource) => ((resource["status"] as JsonObject)?["conditions"] as JsonArray)?
        .OfType<JsonObject>()
        .Where(condition => condition["type"]?.ToString() == "Reconciled" && condition["status"]?.ToString() == "False")
        .Select(condition => condition["message"]?.ToString() ?? "no reason given")
        .FirstOrDefault();
}
