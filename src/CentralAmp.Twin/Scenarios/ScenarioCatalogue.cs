namespace CentralAmp.Twin.Scenarios;

/// <summary>Every <c>--scenario NAME</c>.</summary>
public static class ScenarioCatalogue
{
    public static IReadOnlyList<IScenario> All { get; } =
        [new Organization(), new Recreate(), new Offboard(), new Sweep(), new Reroute(), new Deliveries(), new Attacks()];

    /// <returns>Null for a name that is not in the catalogue.</returns>
    public static IScenario? Find(string name) => All.FirstOrDefault(candidate => candidate.Name == name);
}
