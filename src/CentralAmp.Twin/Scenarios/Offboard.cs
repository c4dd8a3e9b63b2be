using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

public sealed class Offboard : IScenario
{
    public string Name => "offboard";
    public string Description => "x";
    public WorldOptions World { get; } = new();
    public Task PlayAsync(Stage stage, CancellationToken cancellationToken) => Task.CompletedTask;
}
