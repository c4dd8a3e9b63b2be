namespace CentralAmp.Settings;

/// <summary>Whether a sweep acts on what it finds.</summary>
public enum SweepMode
{
    Enforce,

    /// <summary>The sweep records findings and starts no workflow.</summary>
    Observe,
}

/// <summary>Scope and limits of the sweep.</summary>
public sealed record SweepSettings
{
    public SweepMode Mode { get; init; } = SweepMode.Enforce;

    public bool Paused { get; init; }

    /// <summary>Most clusters that one sweep onboards.</summary>
    public int MaxNew { get; init; } = 50;

    /// <summary>Empty: the accounts that Organizations lists.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Empty: the hub's region only.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
}
