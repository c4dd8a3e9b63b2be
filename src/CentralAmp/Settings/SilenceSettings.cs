namespace CentralAmp.Settings;

/// <summary>What the alert for silent clusters depends on.</summary>
public sealed record SilenceSettings
{
    /// <summary>Where alerts go in a workspace that has no alert manager definition; empty: none is made.</summary>
    public string TopicArn { get; init; } = "";

    /// <summary>An hour longer than it takes to alarm that no sweep ran: before that, every word of the hub is renewed.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(13);
}
