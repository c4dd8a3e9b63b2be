using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A stretch of an organization's life, and what must be true at its end.</summary>
public interface IScenario
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>What is deployed for it.</summary>
    WorldOptions World { get; }

    /// <summary>Plays it, expects outcomes and checks.</summary>
    Task PlayAsync(Stage stage, CancellationToken cancellationToken);
}
