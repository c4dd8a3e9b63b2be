using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Collectors;

/// <summary>Why the cluster refuses pods, by what its controllers say. Pure.</summary>
internal static class PodRefusals
{
    /// <param name="events">An API server keeps them for an hour: longer than what they tell of.</param>
    /// <param name="sets">Those that are there now.</param>
    /// <param name="since">Of an older refusal a person may have taken the reason away; the controller tries again after a quarter of an hour at most.</param>
    /// <returns>Null where nothing says that a person must act.</returns>
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
            new KubernetesException(403, "Forbidden", message, [], retryAfter: null), $"making pods in namespace '{AgentNames.Namespace}'") as BlockedException;

    /// <summary>An event that says nothing of its time is as old as can be.</summary>
    private static DateTimeOffset TimeOf(JsonObject item)
    {
        var text = item["lastTimestamp"] ?? item["eventTime"] ?? item["metadata"]?["creationTimestamp"];
        return DateTimeOffset.TryParse(text?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;
    }
}
