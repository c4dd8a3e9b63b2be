using System.Globalization;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A cluster with the workspace and the trust mode that it must get.</summary>
public sealed record PlacedCluster(string AccountId, string Region, string Name, string Environment, string WorkspaceArn, string TrustMode)
{
    public string Arn => $"arn:aws:eks:{Region}:{AccountId}:cluster/{Name}";

    public IReadOnlyDictionary<string, string> Tags => new Dictionary<string, string> { ["environment"] = Environment };

    /// <summary>Name, account and region, for messages.</summary>
    public string Place => $"{Name} in {TwinAccounts.NameOf(AccountId)}, {Region}";
}

/// <summary>Checks that each cluster's series are in its workspace only, and that its credentials cannot write to another workspace.</summary>
public sealed class Placement(ScenarioContext context, IReadOnlyList<string> workspaces)
{
    public async Task CheckAsync(PlacedCluster cluster, CancellationToken cancellationToken)
    {
        var item = await context.RegisteredAsync(context.Living(cluster.Arn), cancellationToken);
        context.Check($"{cluster.Place} writes with {cluster.TrustMode} trust", item?["trustMode"] == cluster.TrustMode, item?["trustMode"]);
        foreach (var workspace in workspaces)
        {
            var series = await SeriesAsync(cluster, workspace, cancellationToken);
            var isRight = workspace == cluster.WorkspaceArn ? series > 100 : series is null;
            context.Check(
                $"{cluster.Place} is {(workspace == cluster.WorkspaceArn ? "in its workspace, with its labels" : "not in the other workspace")}", isRight,
                $"{series?.ToString(CultureInfo.InvariantCulture) ?? "no"} series");
        }

        await CheckAttemptsAsync(cluster, cancellationToken);
    }

    public async Task CheckThatNothingIsUnlabelledAsync(CancellationToken cancellationToken)
    {
        foreach (var workspace in workspaces)
        {
            var count = await context.World.QueryAsync("""count({__name__=~".+",cluster=""})""", cancellationToken, workspace);
            context.Check($"every series of {workspace} has a cluster label", count is null, $"{count} without the label");
        }
    }

    private Task<double?> SeriesAsync(PlacedCluster cluster, string workspace, CancellationToken cancellationToken) => context.World.QueryAsync(
        $$"""count({cluster="{{cluster.Name}}.{{cluster.Region}}.{{cluster.AccountId}}",cluster_name="{{cluster.Name}}",account_id="{{cluster.AccountId}}",region="{{cluster.Region}}"})""",
        cancellationToken, workspace);

    // Uses the credentials of the cluster's collector. The write to its own workspace must succeed, otherwise a denial elsewhere proves nothing.
    private async Task CheckAttemptsAsync(PlacedCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            var identity = CollectorIdentity.Of(context.World.ClusterOf(cluster.Arn));
            var key = await identity.CredentialsAsync(context.Aws, cancellationToken);
            var own = await CollectorIdentity.WriteAsync(context.Aws, key, cluster.WorkspaceArn, TimeProvider.System.GetUtcNow(), cancellationToken);
            foreach (var other in workspaces.Where(workspace => workspace != cluster.WorkspaceArn))
            {
                var status = await CollectorIdentity.WriteAsync(context.Aws, key, other, TimeProvider.System.GetUtcNow(), cancellationToken);
                context.Check($"{cluster.Place} may write to its workspace and is denied at the other", own == 200 && status == 403, $"{own} and {status}");
            }
        }
        catch (Exception e) when (e is AmazonServiceException or InvalidOperationException)
        {
            context.Check($"{cluster.Place} has credentials of its own", false, e.Message);
        }
    }
}
