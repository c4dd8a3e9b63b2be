using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Reads the status that the Prometheus operator writes into its resources.</summary>
internal static class OperatorStatus
{
    /// <summary>Why the operator does not reconcile the resource (condition <c>Reconciled</c> is False); null if it does, or without the condition.</summary>
    public static string? RefusalOf(JsonObject resource) => ((resource["status"] as JsonObject)?["conditions"] as JsonArray)?
        .OfType<JsonObject>()
        .Where(condition => condition["type"]?.ToString() == "Reconciled" && condition["status"]?.ToString() == "False")
        .Select(condition => condition["message"]?.ToString() ?? "no reason given")
        .FirstOrDefault();
}
