namespace CentralAmp.Settings;

/// <summary>Settings of the alert for silent clusters.</summary>
public sealed record SilenceSettings
{
    /// <summary>SNS topic for alerts of workspaces without an alert manager definition; empty: CentralAmp creates no definition.</summary>
    public string TopicArn { get; init; } = "";

    /// <summary>The last part of the id of the hub's stack. Whoever cannot read metrics or rules cannot know it, so no collector can write what the hub expects.</summary>
    public string HubId { get; init; } = "";

    /// <summary>One hour longer than the limit of the alarm for a missing sweep: within that limit every sweep renews the hub's samples.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(13);
}
