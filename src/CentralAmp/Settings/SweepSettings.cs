namespace CentralAmp.Settings;

/// <summary>Whether a sweep acts on what it finds.</summary>
public enum SweepMode
{
    Enforce,

    /// <summary>Findings are recorded, nothing is started.</summary>
    Observe,
}

/// <summary>What the sweep may do and where it looks.</summary>
public sealed record SweepSettings
{
    public SweepMode Mode { get; init; } = SweepMode.Enforce;

    public bool Paused { get; init; }

    /// <summary>Clusters that events missed, onboarded in one sweep at most.</summary>
    public int MaxNew { get; init; } = 50;

    /// <summary>Empty: the accounts that Organizations lists.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Empty: the hub's region only.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
}
