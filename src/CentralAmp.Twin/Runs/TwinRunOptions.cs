using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Scenarios;

namespace CentralAmp.Twin.Runs;

/// <summary>What a person asked of one run of the twin.</summary>
public sealed record TwinRunOptions
{
    /// <summary>How many clusters appear, at the same time.</summary>
    public int Clusters { get; init; } = 1;

    /// <summary>Whether the road is taken a second time, by manual input.</summary>
    public bool Again { get; init; }

    /// <summary>Whether the twin stays up afterwards, until Ctrl-C.</summary>
    public bool Keep { get; init; }

    public bool Json { get; init; }

    public string? RecordFile { get; init; }

    public Break? Break { get; init; }

    /// <summary>Played instead of the main job.</summary>
    public IScenario? Scenario { get; init; }
}
