using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A sequence of changes in an organization, and the conditions that must hold at its end.</summary>
public interface IScenario
{
    /// <summary>Name for <c>--scenario</c>.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>Options of the world that the scenario runs in.</summary>
    WorldOptions World { get; }

    /// <summary>Runs the scenario, sets the expected outcomes and makes the checks.</summary>
    Task RunAsync(ScenarioContext context, CancellationToken cancellationToken);
}
