using System.Collections.Concurrent;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>A twin whose hub has one OIDC provider and no room for another, and two workspaces.</summary>
public sealed class FullHub : IAsyncLifetime
{
    public const string Other = "other";

    private readonly CallRecorder calls = new();
    private TwinWorld? world;
    private IDisposable? turn;

    public TwinWorld World => world ?? throw new InvalidOperationException("the twin has not started");

    public Workflows Workflows => new(World);

    /// <summary>Invocation counts of functions that are killed twice each: after their work but before the answer, then before the work.</summary>
    public ConcurrentDictionary<string, int> Killed { get; } = new([KeyValuePair.Create("RemoveOldGrant", 0)]);

    public async ValueTask InitializeAsync()
    {
        var options = new WorldOptions { EarlierWorkspaces = new Dictionary<string, string> { [Other] = TwinAccounts.HomeRegion } }.With(
            ("TrustMode", "auto"),
            ("ProviderThreshold", "1"),
            ("MoreWorkspaceArns", $"{{{Other}}}"),
            ("Routes", $$$"""
                [{"name":"direct","workspaceArn":"{{{{Other}}}}","tags":{"trust":"direct"},"trustMode":"direct"},
                 {"name":"other","workspaceArn":"{{{{Other}}}}","tags":{"workspace":"other"}}]
                """));
        turn = await WorldSlots.EnterAsync(seconds: 90);
        world = await TwinWorld.StartAsync(options, calls, _ => { }, CancellationToken.None);
        world.Aws.IamService.ProviderQuotas[TwinAccounts.Hub] = 1;
        world.Aws.Lambda.Faults = (handler, _, _) => !Killed.ContainsKey(handler) ? LambdaFault.None : Killed.AddOrUpdate(handler, 1, (_, count) => count + 1) switch
        {
            1 => LambdaFault.DiesBeforeAnswer,
            2 => LambdaFault.DiesBeforeWork,
            _ => LambdaFault.None,
        };
        var first = await Workflows.OnboardAsync(await Workflows.SettledClusterAsync("first", new()));
        Assert.Equal(("Verified", "direct"), ((string?)first.Record?["outcome"], (string?)first.Record?["trustMode"]));
    }

    public async ValueTask DisposeAsync()
    {
        if (world is not null)
            await world.DisposeAsync();
        turn?.Dispose();
        calls.Dispose();
    }
}

public sealed class TrustModeTests(FullHub hub) : IClassFixture<FullHub>
{
    [Fact]
    public async Task Where_direct_is_requested_and_the_hub_is_full_the_cluster_is_blocked_with_a_remedy()
    {
        var arn = await CreateAsync("asks-for-direct", ("trust", "direct"));
        var before = hub.Workflows.Fingerprint(arn);

        var execution = await hub.Workflows.OnboardAsync(arn);

        Assert.Equal(("Blocked", "ProviderQuotaReached"), ((string?)execution.Record?["outcome"], (string?)execution.Record?["cause"]));
        Assert.Contains("chained", (string?)execution.Record!["remedy"], StringComparison.Ordinal);
        Assert.Equal(before, hub.Workflows.Fingerprint(arn));
    }

    [Fact]
    public async Task Where_the_hub_is_full_auto_takes_chained_and_such_a_cluster_moves_and_opts_out_by_its_tags()
    {
        var arn = await CreateAsync("chained", ("team", "payments"));
        var cluster = hub.World.ClusterOf(arn);
        var onboarding = await hub.Workflows.OnboardAsync(arn);
        Assert.Equal(("Verified", "chained"), ((string?)onboarding.Record?["outcome"], (string?)onboarding.Record?["trustMode"]));
        Assert.Equal(hub.World.WorkspaceArn, (string?)onboarding.Record!["workspaceArn"]);
        Assert.Single(hub.World.Aws.Iam.Newest(TwinAccounts.Hub).Providers);
        Assert.Equal(
            [TwinAccounts.Hub, TwinAccounts.Member],
            hub.Workflows.ManagedObjects(arn).Where(item => item.Name.Contains(":role/central-amp/", StringComparison.Ordinal)).Select(item => item.AccountId).Order(StringComparer.Ordinal));
        Assert.True(await hub.World.QueryAsync("""count({cluster_name="chained"})""", CancellationToken.None) > 100);

        var pods = cluster.PodStarts.Count;
        await hub.World.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["workspace"] = "other" }, CancellationToken.None);
        var other = hub.World.Aws.EarlierWorkspaces[FullHub.Other];
        await Workflows.WaitForAsync(async () => (await hub.Workflows.ItemsAsync(arn)).Single() is { State: "Verified" } item && item["workspaceArn"] == other && item["trustMode"] == "chained");
        Assert.True(hub.Killed["RemoveOldGrant"] > 2, "the Lambda was not retried");
        Assert.Equal(pods, cluster.PodStarts.Count);
        Assert.True(await hub.World.QueryAsync("""count({cluster_name="chained"})""", CancellationToken.None, other) > 100);
        await hub.World.IamSettlesAsync(CancellationToken.None);
        var key = await CollectorIdentity.Of(cluster).CredentialsAsync(hub.World.Aws, CancellationToken.None);
        Assert.Equal(403, await CollectorIdentity.WriteAsync(hub.World.Aws, key, hub.World.WorkspaceArn, TimeProvider.System.GetUtcNow(), CancellationToken.None));

        await hub.World.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["central-amp:onboard"] = "false" }, CancellationToken.None);
        await Workflows.WaitForAsync(async () => (await hub.World.Aws.ExecutionsAsync(Machine.Offboard, CancellationToken.None)) is [.., { IsRunning: false }]);
        var item = (await hub.Workflows.ItemsAsync(arn)).Single();
        Assert.True(item is { State: "OptedOut" }, $"{item.State} {item["sentence"]}");
        Assert.Empty(hub.Workflows.ManagedObjects(arn));
        Assert.Empty(cluster.PodFailures);
    }

    private async Task<string> CreateAsync(string name, (string Name, string Value) tag)
    {
        var behaviour = new ClusterBehaviour { ActiveAfter = TimeSpan.FromMilliseconds(200), OperatorAfter = TimeSpan.FromMilliseconds(200) };
        var tags = new Dictionary<string, string> { [tag.Name] = tag.Value };
        var arn = await hub.World.CreateClusterAsync(hub.World.MemberAccount, hub.World.Region, name, tags, behaviour, deliveries: 0, CancellationToken.None);
        await hub.World.ClusterOf(arn).StackReady.WaitAsync(Workflows.Limit);
        return arn;
    }
}
