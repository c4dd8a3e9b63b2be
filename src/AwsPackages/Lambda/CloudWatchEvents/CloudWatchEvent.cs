namespace Amazon.Lambda.CloudWatchEvents;

/// <summary>An EventBridge event. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html</summary>
/// <typeparam name="T">The shape of <see cref="Detail"/>.</typeparam>
public class CloudWatchEvent<T>
{
    public string Version { get; set; } = null!;

    /// <summary>The account that the event came from: of a forwarded event the original one.</summary>
    public string Account { get; set; } = null!;

    public string Region { get; set; } = null!;

    public T Detail { get; set; } = default!;

    /// <summary>On the wire <c>detail-type</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("detail-type")]
    public string DetailType { get; set; } = null!;

    public string Source { get; set; } = null!;

    /// <summary>When the event happened, in UTC.</summary>
    public DateTime Time { get; set; }

    public string Id { get; set; } = null!;

    public List<string> Resources { get; set; } = null!;
}
