using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Collectors;

/// <summary>Finds in the events of controllers why the cluster refuses pods. Pure.</summary>
internal static class PodRefusals
{
    /// <param name="events">An API server keeps events for an hour, so their reason may be outdated.</param>
    /// <param name="sets">The StatefulSets that exist now.</param>
    /// <param name="since">Older refusals are NotReady: an operator may have removed the reason. The controller retries within 15 minutes.</param>
    /// <returns>Null if no event needs an operator.</returns>
    public static WorkflowException? Of(IEnumerable<JsonObject> events, IEnumerable<StatefulSetResource?> sets, DateTimeOffset since)
    {
        var uids = sets.Select(set => set?.Uid).Where(uid => uid is { Length: > 0 }).ToHashSet();
        var latest = events
            .Where(item => uids.Contains(item["involvedObject"]?["uid"]?.ToString()) && item["message"]?.ToString() is { Length: > 0 })
            .MaxBy(TimeOf);
        return latest is null || Blocked(latest["message"]!.ToString()) is not { } blocked
            ? null
            : TimeOf(latest) >= since ? blocked : new NotReadyException(blocked.Cause, blocked.Sentence, blocked.Remedy);
    }

    private static BlockedException? Blocked(string message) =>
        KubernetesFailures.Of(
            new KubernetesException(403, "Forbidden", message, [], retryAfter: null), $"creating pods in namespace '{AgentNames.Namespace}'") as BlockedException;

    /// <summary>An event without a time counts as the oldest.</summary>
    private static DateTimeOffset TimeOf(JsonObject item)
    {
        var text = item["lastTimestamp"] ?? item["eventTime"] ?? item["metadata"]?["creationTimestamp"];
        return DateTimeOffset.TryParse(text?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;
    }
}
