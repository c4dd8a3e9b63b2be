using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class DescribeClusterStepTests(MotoServer moto) : IClusterReader
{
    private readonly FakeAccessEntries entries = new() { Entry = new("STANDARD", ["central-amp"], new Dictionary<string, string>()) };
    private ObservedCluster? observed = Some.Observed;
    private Action onLook = () => { };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var answer = observed;
        onLook();
        return Task.FromResult(answer);
    }

    [Fact]
    public async Task An_active_cluster_is_described_with_one_check_of_its_elevation_and_claimed()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Equal(Some.Described() with { Claim = 1 }, await DescribeAsync(table));
        Assert.Equal(["IsAdmin"], entries.Calls);
        Assert.Equal(new ClusterClaim(1, Some.Execution().Id), (await ItemAsync(table))!.Claim);
    }

    [Fact]
    public async Task A_dry_run_claims_nothing()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.True((await DescribeAsync(table, dryRun: true)).IsDryRun);
        Assert.Null(await ItemAsync(table));
    }

    [Fact]
    public async Task An_ignored_event_claims_nothing_and_calls_nothing()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        onLook = () => Assert.Fail("EKS was asked.");
        var step = new DescribeClusterStep(
            this, new Elevation(entries, this, table.Registry, table.Clock), table.Registry, settings, table.Clock, NullLogger<DescribeClusterStep>.Instance);
        Assert.Equal(ClusterNext.Ignore, (await step.RunAsync(new(Some.Execution(), Some.Cluster(), Ignored: true), Cancelled)).Next);
        Assert.Null(await ItemAsync(table));
        Assert.Empty(entries.Calls);
    }

    [Fact]
    public async Task The_same_look_repeated_keeps_the_claim()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await DescribeAsync(table);
        Assert.Equal(1, (await DescribeAsync(table)).Claim);
    }

    [Fact]
    public async Task A_younger_execution_takes_the_claim_and_the_one_that_waited_gives_way()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var waiting = await DescribeAsync(table);
        Assert.Equal(2, (await DescribeAsync(table, execution: "second")).Claim);
        var again = await DescribeAsync(table, before: waiting);
        Assert.Equal(ClusterNext.Refuse, again.Next);
        Assert.StartsWith(Causes.TakenOver, again.Refusal, StringComparison.Ordinal);
        Assert.Equal(new ClusterClaim(2, Some.Execution("second").Id), (await ItemAsync(table))!.Claim);
    }

    [Fact]
    public async Task An_execution_that_waited_claims_again_after_the_younger_one_has_ended()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var waiting = await DescribeAsync(table);
        await DescribeAsync(table, execution: "second");
        var item = new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Failed };
        Assert.True(await table.Registry.RecordAsync(item, Some.Execution("second"), Cancelled, ClusterRegistry.ClaimAttributes));
        Assert.Equal((ClusterNext.Continue, 3L), ((await DescribeAsync(table, before: waiting)) is var again ? (again.Next, again.Claim!.Value) : default));
    }

    /// <summary>The other one may have seen newer tags.</summary>
    [Fact]
    public async Task An_execution_that_another_one_overtakes_during_its_look_looks_again()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var looks = 0;
        onLook = () =>
        {
            looks++;
            onLook = () => looks++;
            DescribeAsync(table, execution: "second").Wait(Cancelled);
            observed = Some.Observed with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } };
        };
        var described = await DescribeAsync(table);
        Assert.Equal((ClusterNext.OptOut, 2L, 3), (described.Next, described.Claim, looks));
    }

    [Fact]
    public async Task A_stale_elevation_is_removed_whatever_the_outcome()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        foreach (var (change, refused) in new (Func<ObservedCluster, ObservedCluster>, bool)[]
        {
            (x => x, false),
            (x => x with { Status = "UPDATING" }, false),
            (x => x with { Status = "FAILED" }, true),
            (x => x with { Status = "DELETING" }, true),
            (x => x with { Issuer = null }, true),
            (x => x with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } }, false),
            (x => x with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "what" } }, true),
        })
        {
            entries.Admin = true;
            observed = change(Some.Observed);
            Assert.Equal(refused, (await DescribeAsync(table)).Next == ClusterNext.Refuse);
            Assert.False(entries.Admin);
        }
    }

    [Fact]
    public async Task The_live_elevation_of_another_execution_is_not_ended()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.TryHoldElevationAsync(Some.Cluster().Arn, Some.CreatedAt, Some.Execution("other"), Cancelled);
        entries.Admin = true;
        await DescribeAsync(table);
        Assert.True(entries.Admin);
    }

    [Theory]
    [InlineData("CREATING", "API")]
    [InlineData("PENDING", "API")]
    [InlineData("ACTIVE", "CONFIG_MAP")]
    [InlineData("ACTIVE", null)]
    public async Task EKS_is_not_asked_about_entries_of_a_cluster_that_cannot_have_any(string status, string? mode)
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = status, AuthenticationMode = mode };
        await DescribeAsync(table);
        Assert.Empty(entries.Calls);
    }

    [Fact]
    public async Task A_cluster_that_was_deleted_after_its_event_is_reported_as_not_found()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = null;
        Assert.Equal(Causes.ClusterNotFound, (await Assert.ThrowsAsync<BlockedException>(() => DescribeAsync(table))).Cause);
    }

    [Fact]
    public async Task The_limit_is_measured_from_the_start_of_the_execution()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = "CREATING" };
        Assert.Equal(ClusterNext.Wait, (await DescribeAsync(table)).Next);
        table.Clock.Advance(Some.Settings.ActiveLimit);
        var described = await DescribeAsync(table);
        Assert.Equal(ClusterNext.Refuse, described.Next);
        Assert.Equal(Causes.ClusterNotActiveInTime, FailureMessage.Parse(nameof(BlockedException), described.Refusal).Cause);
    }

    [Fact]
    public async Task A_refused_cluster_keeps_its_createdAt_so_that_the_registry_records_it()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = "FAILED" };
        var described = await DescribeAsync(table);
        Assert.Equal(Some.Observed.CreatedAt, described.CreatedAt);
        Assert.Equal(Causes.ClusterFailed, FailureMessage.Parse(nameof(BlockedException), described.Refusal).Cause);
    }

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("DELETING")]
    public async Task A_late_event_does_not_onboard_an_offboarded_cluster(string status)
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Status = status };
        await RecordAsync(table, Outcome.Offboarded);
        Assert.Equal(new ClusterDescription { Next = ClusterNext.Offboarded, CreatedAt = Some.CreatedAt }, await DescribeAsync(table));
    }

    [Fact]
    public async Task An_operator_reopens_an_offboarded_cluster()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await RecordAsync(table, Outcome.Offboarded);
        Assert.Equal(ClusterNext.Continue, (await DescribeAsync(table, reopen: true)).Next);
        Assert.Equal(ClusterNext.Continue, (await DescribeAsync(table)).Next);
    }

    [Fact]
    public async Task An_execution_that_reopened_a_cluster_does_not_reopen_it_after_a_later_offboarding()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await RecordAsync(table, Outcome.Offboarded, Some.Execution("offboard", startedAfterNoonSeconds: 1));
        Assert.Equal(ClusterNext.Offboarded, (await DescribeAsync(table, reopen: true)).Next);
    }

    [Fact]
    public async Task An_opt_out_shows_whether_there_is_something_to_remove()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        observed = Some.Observed with { Tags = new Dictionary<string, string> { [ClusterTags.Onboard] = "false" } };
        Assert.False((await DescribeAsync(table)).Onboarded);
        foreach (var (state, onboarded) in new[] { (Outcome.Verified, true), (Outcome.Blocked, true), (Outcome.OptedOut, false), (Outcome.Offboarded, false) })
        {
            await RecordAsync(table, state);
            Assert.Equal(onboarded, (await DescribeAsync(table)).Onboarded);
        }
    }

    [Fact]
    public async Task A_route_that_left_a_workspace_is_described_with_its_grant_and_after_the_limit_as_a_revocation()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        settings = TaggedRoutes;
        await RecordAsync(table, Production);
        var described = await DescribeAsync(table);
        Assert.Equal((new FormerGrant(Production, Some.Noon), null), (described.Former, described.Revokes));

        await RecordAsync(table, Production, routeLeftAt: Some.Noon);
        table.Clock.Advance(Some.Settings.OldGrantMax);
        described = await DescribeAsync(table);
        Assert.Equal((new FormerGrant(Production, Some.Noon), Production), (described.Former, described.Revokes));

        observed = Some.Observed with { Tags = new Dictionary<string, string> { ["environment"] = "production" } };
        Assert.Null((await DescribeAsync(table)).Former);
    }

    [Fact]
    public async Task A_workspace_that_no_route_gives_the_account_is_revoked_by_the_first_execution()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await RecordAsync(table, Production);
        Assert.Equal(Production, (await DescribeAsync(table)).Revokes);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public async Task An_execution_that_waited_when_a_sweep_cut_the_access_does_not_restore_it(int cutAfterStart, bool refused)
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var item = new RegistryItem
        {
            ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Blocked, Remedy = "r", CutSince = Some.Noon.AddSeconds(cutAfterStart),
        };
        await table.Registry.RecordAsync(item, Some.Execution(), Cancelled);
        var described = await DescribeAsync(table);
        Assert.Equal(refused ? ClusterNext.Refuse : ClusterNext.Continue, described.Next);
        Assert.Equal(refused ? Causes.AccountNotListed : null, refused ? FailureMessage.Parse(nameof(BlockedException), described.Refusal).Cause : null);
    }

    private const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-production";

    private static readonly HubSettings TaggedRoutes = Some.Settings with
    {
        Routes = RouteTable.Parse(
            $$"""[{"name":"production","workspaceArn":"{{Production}}","tags":{"environment":"production"} }]""", Some.HubAccount, [Some.WorkspaceArn, Production]),
    };

    private HubSettings settings = Some.Settings;

    private static Task<bool> RecordAsync(RegistryTable table, string workspaceArn, DateTimeOffset? routeLeftAt = null) => table.Registry.RecordAsync(
        new RegistryItem
        {
            ClusterArn = Some.Cluster().Arn,
            CreatedAt = Some.CreatedAt,
            State = Outcome.Verified,
            RoleArn = "arn:role",
            WorkspaceArn = workspaceArn,
            FormerWorkspaceArn = routeLeftAt is null ? null : workspaceArn,
            RouteLeftAt = routeLeftAt,
        },
        Some.Execution(),
        Cancelled);

    private static Task<bool> RecordAsync(RegistryTable table, Outcome state, ExecutionReference? execution = null) => table.Registry.RecordAsync(
        new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = state }, execution ?? Some.Execution(), Cancelled);

    private static Task<RegistryItem?> ItemAsync(RegistryTable table) => table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled);

    private Task<ClusterDescription> DescribeAsync(
        RegistryTable table, bool reopen = false, bool dryRun = false, string execution = "first", ClusterDescription? before = null) =>
        new DescribeClusterStep(
            this, new Elevation(entries, this, table.Registry, table.Clock), table.Registry, settings, table.Clock, NullLogger<DescribeClusterStep>.Instance)
            .RunAsync(new(Some.Execution(execution), Some.Cluster(), reopen, dryRun, Described: before), Cancelled);
}
