using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Scenarios;

namespace CentralAmp.Twin.Runs;

/// <summary>Options of one run of the twin.</summary>
public sealed record TwinRunOptions
{
    /// <summary>Number of clusters that the twin creates at the same time.</summary>
    public int Clusters { get; init; } = 1;

    /// <summary>Whether each cluster is onboarded a second time, with manual input.</summary>
    public bool Again { get; init; }

    /// <summary>Whether the twin stays up after the run, until Ctrl-C.</summary>
    public bool Keep { get; init; }

    public bool Json { get; init; }

    public string? RecordFile { get; init; }

    public Break? Break { get; init; }

    /// <summary>Runs instead of the main job.</summary>
    public IScenario? Scenario { get; init; }
}
