using System.Globalization;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Scenarios;

/// <summary>One cluster with each profile in turn: how many series it costs.</summary>
public sealed class Profiles(Stage stage, ServedCluster cluster)
{
    /// <summary>A machine that is busy may leave out a target for some scrapes; that is not what its profile costs.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var series = new Dictionary<string, double>();
        foreach (var profile in (string[])["full", "kubernetes", "minimal"])
        {
            await stage.Aws.TagClusterAsync(cluster.Arn, new Dictionary<string, string?> { ["central-amp:profile"] = profile }, cancellationToken);
            await stage.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
            // What the profile before let through is out of the window: the road has seen samples since.
            await Task.Delay(Window + TimeSpan.FromSeconds(5), cancellationToken);
            series[profile] = await stage.World.QueryAsync(
                $$"""count(last_over_time({cluster_name="{{cluster.Name}}"}[{{Window.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s]))""", cancellationToken) ?? 0;
        }

        var told = string.Join(", ", series.Select(profile => string.Create(CultureInfo.InvariantCulture, $"{profile.Key} {profile.Value}")));
        stage.Say($"series of {cluster.Name} by profile: {told}");
        stage.Check($"minimal costs at most a tenth of full ({told})", series["minimal"] > 0 && series["minimal"] <= series["full"] / 10, told);
        stage.Check("kubernetes lies between", series["minimal"] < series["kubernetes"] && series["kubernetes"] < series["full"], told);
    }
}
