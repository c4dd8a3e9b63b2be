using System.Globalization;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Scenarios;

/// <summary>One cluster with each profile in turn: how many series it costs.</summary>
public sealed class Profiles(Stage stage, ServedCluster cluster)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(12);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var series = new Dictionary<string, double>();
        foreach (var profile in (string[])["full", "kubernetes", "minimal"])
        {
            await stage.Aws.TagClusterAsync(cluster.Arn, new Dictionary<string, string?> { ["central-amp:profile"] = profile }, cancellationToken);
            await stage.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
            // What the profile before let through is out of the window, and two of its own scrapes have been sent.
            await Task.Delay(Window + Window, cancellationToken);
            series[profile] = await stage.World.QueryAsync(
                $$"""count(last_over_time({cluster_name="{{cluster.Name}}"}[{{Window.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s]))""", cancellationToken) ?? 0;
        }

        var told = string.Join(", ", series.Select(profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Key} {profile.Value}")));
        stage.Say($"series of {cluster.Name} by profile: {told}");
        stage.Check($"minimal costs at most a tenth of full ({told})", series["minimal"] > 0 && series["minimal"] <= series["full"] / 10, told);
        stage.Check("kubernetes lies between", series["minimal"] < series["kubernetes"] && series["kubernetes"] < series["full"], told);
    }
}
