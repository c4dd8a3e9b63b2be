using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.World;

/// <summary>Size of the world, and template parameters that shorten CentralAmp's waits.</summary>
public sealed record WorldOptions
{
    /// <summary>Accounts with clusters. The member stack is deployed only to these accounts.</summary>
    public IReadOnlyList<string> ClusterAccounts { get; init; } = [TwinAccounts.Member];

    /// <summary>Regions with clusters, the home region first.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [TwinAccounts.HomeRegion];

    /// <summary>Regions of workspaces that existed before CentralAmp, by alias. A parameter refers to one as <c>{alias}</c>.</summary>
    public IReadOnlyDictionary<string, string> EarlierWorkspaces { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters of template.yaml that differ from their defaults.</summary>
    public IReadOnlyDictionary<string, string> HubParameters { get; init; } = new Dictionary<string, string>
    {
        ["ActivePollSeconds"] = "1",
        ["ActiveLimitSeconds"] = "120",
        ["ParkFirstSeconds"] = "1",
        ["ParkMaxSeconds"] = "3",
        ["ParkLimitSeconds"] = "120",
        // As long as a change takes to propagate in the twin, so that one wait is enough for each, as in AWS with the defaults.
        ["SettleIntervalSeconds"] = "2",
        ["ProofIntervalSeconds"] = "2",
        ["LeaseIntervalSeconds"] = "1",
        ["RolloutIntervalSeconds"] = "2",
        ["RolloutAttempts"] = "6",
        ["VerifyIntervalSeconds"] = "3",
        // The clusters of the twin reach AWS through the CONNECT proxy that their environment variables set.
        ["RemoteWriteProxyFromEnvironment"] = "true",
    };

    /// <summary>How long a change in IAM or in an access entry takes to propagate.</summary>
    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The program of the functions.</summary>
    public string FunctionsProgram { get; init; } = Aws.Lambda.FunctionsProgram.Newest();

    /// <summary>The same with further parameters of template.yaml.</summary>
    public WorldOptions With(params (string Name, string Value)[] parameters) => this with
    {
        HubParameters = HubParameters.Where(given => !parameters.Any(parameter => parameter.Name == given.Key))
            .Concat(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))).ToDictionary(),
    };
}
