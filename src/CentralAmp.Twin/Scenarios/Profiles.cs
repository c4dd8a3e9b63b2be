using System.Globalization;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Counts the series of one cluster with each profile in turn.</summary>
public sealed class Profiles(ScenarioContext context, ServedCluster cluster)
{
    /// <summary>A busy machine may miss some scrapes of a target. The window is long enough to count its series all the same.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var series = new Dictionary<string, double>();
        foreach (var profile in (string[])["full", "kubernetes", "minimal"])
        {
            await context.Aws.TagClusterAsync(cluster.Arn, new Dictionary<string, string?> { ["central-amp:profile"] = profile }, cancellationToken);
            await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
            // After this delay the window holds no samples of the previous profile.
            await Task.Delay(Window + TimeSpan.FromSeconds(5), cancellationToken);
            series[profile] = await context.World.QueryAsync(
                $$"""count(last_over_time({cluster_name="{{cluster.Name}}"}[{{Window.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s]))""", cancellationToken) ?? 0;
        }

        var counts = string.Join(", ", series.Select(profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Key} {profile.Value}")));
        context.Log($"series of {cluster.Name} by profile: {counts}");
        context.Check($"minimal has at most a tenth of the series of full ({counts})", series["minimal"] > 0 && series["minimal"] <= series["full"] / 10, counts);
        context.Check("kubernetes has fewer series than full and more than minimal", series["minimal"] < series["kubernetes"] && series["kubernetes"] < series["full"], counts);
    }
}
