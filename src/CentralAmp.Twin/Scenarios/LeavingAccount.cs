using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>An account leaves the organization and comes back. Its collector keeps running, and tries to write all the time.</summary>
internal sealed class LeavingAccount(ScenarioContext context, string clusterArn)
{
    private readonly string account = Arn.TryParse(clusterArn)!.AccountId;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        context.Log($"account {account} leaves the organization");
        context.Aws.Organization.Remove(account);
        await SweepAsync(cancellationToken);
        context.Check("after one sweep without the account its collector still writes", await WriteAsync(cancellationToken) == 200);
        await SweepAsync(cancellationToken);
        var status = await WriteAsync(cancellationToken);
        context.Check("after two sweeps without the account the workspace denies its collector", status == 403, status);
        var item = await context.RegisteredAsync(context.Living(clusterArn), cancellationToken);
        context.Check(
            "the registry says since when its access is cut, and why",
            item is { State: "Blocked" } && item["cause"] == "AccountNotListed" && item["cutSince"] is not null, $"{item?.State} {item?["cause"]} {item?["cutSince"]}");

        context.Log($"account {account} is back in the organization");
        context.Aws.Organization.Set(new(account));
        await SweepAsync(cancellationToken);
        status = await WriteAsync(cancellationToken);
        context.Check("after the sweep that lists the account again its collector writes", status == 200, status);
        item = await context.RegisteredAsync(context.Living(clusterArn), cancellationToken);
        context.Check("its cluster is verified again and no longer cut", item?.State == "Verified" && item["cutSince"] is null, $"{item?.State} {item?["cause"]} {item?["cutSince"]}");
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await context.RunAsync(Machine.Sweep, "{}", cancellationToken);
        await context.World.IamSettlesAsync(cancellationToken);
    }

    private async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        var key = await CollectorIdentity.Of(context.World.ClusterOf(clusterArn)).CredentialsAsync(context.Aws, cancellationToken);
        return await CollectorIdentity.WriteAsync(context.Aws, key, context.World.WorkspaceArn, TimeProvider.System.GetUtcNow(), cancellationToken);
    }
}
