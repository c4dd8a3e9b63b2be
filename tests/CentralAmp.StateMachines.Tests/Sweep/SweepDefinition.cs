using System.Text.RegularExpressions;

namespace CentralAmp.StateMachines.Tests.Sweep;

/// <summary>The deployed definition with its substitutions.</summary>
internal static partial class SweepDefinition
{
    public const int Accounts = 3;
    public const int Regions = 2;
    public const int Clusters = 2;

    public static string Text { get; } = MaxAttempts().Replace(Placeholder().Replace(Read(), match => Substitute(match.Groups[1].Value)), "\"MaxAttempts\": 1");

    private static string Substitute(string name) => name switch
    {
        "Partition" => "aws",
        "BusName" => "central-amp",
        "AccountConcurrency" => $"{Accounts}",
        "RegionConcurrency" => $"{Regions}",
        "ClusterConcurrency" => $"{Clusters}",
        "StartConcurrency" => "2",
        "OnboardClusterArn" or "OffboardClusterArn" => $"arn:aws:states:us-east-1:111111111111:stateMachine:{name}",
        _ when name.EndsWith("Arn", StringComparison.Ordinal) => $"arn:aws:lambda:us-east-1:111111111111:function:{name[..^"Arn".Length]}",
        _ => throw new InvalidOperationException($"The tests have no value for the substitution {name}."),
    };

    private static string Read()
    {
        using var resource = typeof(SweepDefinition).Assembly.GetManifestResourceStream("sweep-fleet.asl.json")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();

    // Other tests cover the retries; here a failure must end quickly.
    [GeneratedRegex("\"MaxAttempts\": [0-9]+")]
    private static partial Regex MaxAttempts();
}
