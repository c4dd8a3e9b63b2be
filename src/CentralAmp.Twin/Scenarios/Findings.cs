using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>The findings of all sweeps of a scenario.</summary>
public sealed class Findings(ScenarioContext context)
{
    private readonly HashSet<(string ClusterArn, string Finding)> all = [];
    private readonly HashSet<string> read = [];

    /// <summary>Reads and shows the findings that the newest sweep recorded in the registry.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var items = (await context.World.RegistryAsync(cancellationToken)).Where(item => item["sweepId"] is { } sweep && !read.Contains(sweep)).ToList();
        foreach (var item in items.Where(item => item["finding"] is not null || item["findingCause"] is not null))
        {
            context.Log($"found: {Name(item)} {item["finding"]} {item["findingCause"]} {item["findingSentence"]}");
            if (item["finding"] is { } finding)
                all.Add((item.ClusterArn, finding));
        }

        read.UnionWith(items.Select(item => item["sweepId"]!));
    }

    /// <summary>Checks that a sweep recorded this finding for each cluster.</summary>
    public void Check(string finding, params IEnumerable<string> clusterArns)
    {
        foreach (var arn in clusterArns)
        {
            var found = all.Where(item => item.ClusterArn == arn).Select(item => item.Finding);
            context.Check($"a sweep found {Arn.TryParse(arn)!.ResourceName} {finding}", found.Contains(finding), string.Join(", ", found));
        }
    }

    private static string Name(RegistryEntry item) => Arn.TryParse(item.ClusterArn)?.ResourceName ?? item.ClusterArn;
}
