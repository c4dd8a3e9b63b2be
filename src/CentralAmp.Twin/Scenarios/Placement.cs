using System.Globalization;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A cluster, and where its metrics belong.</summary>
public sealed record PlacedCluster(string AccountId, string Region, string Name, string Environment, string WorkspaceArn, string TrustMode)
{
    public string Arn => $"arn:aws:eks:{Region}:{AccountId}:cluster/{Name}";

    public IReadOnlyDictionary<string, string> Tags => new Dictionary<string, string> { ["environment"] = Environment };

    /// <summary>For a person.</summary>
    public string Place => $"{Name} in {TwinAccounts.NameOf(AccountId)}, {Region}";
}

/// <summary>Checks that clusters are in the right workspace, in that one only, and could not be elsewhere if they tried.</summary>
public sealed class Placement(Stage stage, IReadOnlyList<string> workspaces)
{
    public async Task CheckAsync(PlacedCluster cluster, CancellationToken cancellationToken)
    {
        var item = await stage.RegisteredAsync(stage.Living(cluster.Arn), cancellationToken);
        stage.Check($"{cluster.Place} writes with {cluster.TrustMode} trust", item?["trustMode"] == cluster.TrustMode, item?["trustMode"]);
        foreach (var workspace in workspaces)
        {
            var series = await SeriesAsync(cluster, workspace, cancellationToken);
            var isRight = workspace == cluster.WorkspaceArn ? series > 100 : series is null;
            stage.Check(
                $"{cluster.Place} is {(workspace == cluster.WorkspaceArn ? "in its workspace, with its labels" : "not in the other workspace")}", isRight,
                $"{series?.ToString(CultureInfo.InvariantCulture) ?? "no"} series");
        }

        await CheckAttemptsAsync(cluster, cancellationToken);
    }

    public async Task CheckThatNothingIsUnlabelledAsync(CancellationToken cancellationToken)
    {
        foreach (var workspace in workspaces)
        {
            var count = await stage.World.QueryAsync("""count({__name__=~".+",cluster=""})""", cancellationToken, workspace);
            stage.Check($"every series of {workspace} says which cluster it is from", count is null, $"{count} without the label");
        }
    }

    private Task<double?> SeriesAsync(PlacedCluster cluster, string workspace, CancellationToken cancellationToken) => stage.World.QueryAsync(
        $$"""count({cluster="{{cluster.Name}}.{{cluster.Region}}.{{cluster.AccountId}}",cluster_name="{{cluster.Name}}",account_id="{{cluster.AccountId}}",region="{{cluster.Region}}"})""",
        cancellationToken, workspace);

    // With the credentials that its own collector has: into its workspace it must go, or the attempt would say nothing.
    private async Task CheckAttemptsAsync(PlacedCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            var identity = CollectorIdentity.Of(stage.World.ClusterOf(cluster.Arn));
            var key = await identity.CredentialsAsync(stage.Aws, cancellationToken);
            var own = await CollectorIdentity.WriteAsync(stage.Aws, key, cluster.WorkspaceArn, TimeProvider.System.GetUtcNow(), cancellationToken);
            foreach (var other in workspaces.Where(workspace => workspace != cluster.WorkspaceArn))
            {
                var status = await CollectorIdentity.WriteAsync(stage.Aws, key, other, TimeProvider.System.GetUtcNow(), cancellationToken);
                stage.Check($"{cluster.Place} may write to its workspace and is denied at the other", own == 200 && status == 403, $"{own} and {status}");
            }
        }
        catch (Exception e) when (e is AmazonServiceException or InvalidOperationException)
        {
            stage.Check($"{cluster.Place} has credentials of its own", false, e.Message);
        }
    }
}
