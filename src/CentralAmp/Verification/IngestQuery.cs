using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Verification;

/// <summary>The samples of a cluster in its workspace.</summary>
/// <param name="NewestSampleAt">Timestamp of the newest scrape; null if none in the lookback of five minutes.</param>
public sealed record IngestReading(DateTimeOffset? NewestSampleAt, long? Series);

/// <summary>Two answers in one query, with a label that distinguishes them.</summary>
public static class IngestQuery
{
    private const string Label = "central_amp";
    private const string Newest = "newest";
    private const string Series = "series";

    /// <summary>The scrape itself creates <c>up</c>, so its time is the time of the scrape. The hub's own metrics are no samples of the cluster.</summary>
    public static string NewestSample(string cluster) => Named(Newest, $"max(timestamp(up{{cluster=\"{cluster}\"}}))");

    public static string NewestSampleAndSeries(string cluster) =>
        $"{NewestSample(cluster)} or {Named(Series, $"count({{cluster=\"{cluster}\",__name__!~\"{HubMetrics.Proof}|{HubMetrics.Expected}\"}})")}";

    /// <summary>Null if the body is not the answer to a query.</summary>
    public static IngestReading? Read(string body)
    {
        try
        {
            return JsonNode.Parse(body)?["data"]?["result"] is JsonArray results
                ? new IngestReading(
                    Value(results, Newest) is { } seconds ? DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Floor(seconds * 1000)) : null,
                    (long?)Value(results, Series))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Named(string name, string expression) => $"label_replace({expression}, \"{Label}\", \"{name}\", \"\", \"\")";

    private static double? Value(JsonArray results, string name) => results
        .Where(result => result?["metric"]?[Label]?.ToString() == name)
        .Select(result => result!["value"] is JsonArray { Count: 2 } pair
            ? (double?)double.Parse(pair[1]!.GetValue<string>(), CultureInfo.InvariantCulture)
            : throw new FormatException("a value is a time and a number"))
        .FirstOrDefault();
}
