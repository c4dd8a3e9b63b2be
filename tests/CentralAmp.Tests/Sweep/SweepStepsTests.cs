using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

public sealed class SweepStepsTests : IOrganizationAccounts, IClusterNames, IDisposable
{
    private readonly FakeClock clock = new(Some.Noon);
    private readonly FakeFleetRegistry registry;
    private readonly StringWriter output = new();
    private IReadOnlyList<string> organization = [];
    private Exception? failure;

    public SweepStepsTests() => registry = new FakeFleetRegistry(clock);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HubSettings Settings { get; set; } = Some.Settings;

    public void Dispose() => output.Dispose();

    [Fact]
    public async Task A_sweep_begins_with_the_regions_of_the_parameter_or_the_region_of_the_hub()
    {
        var begun = await BeginAsync();
        Assert.Equal((SweepNext.Sweep, "us-east-1"), (begun.Next, Assert.Single(begun.Regions)));
        Settings = Settings with { Sweep = Settings.Sweep with { Regions = ["us-east-1", "eu-west-1"] } };
        Assert.Equal(["us-east-1", "eu-west-1"], (await BeginAsync()).Regions);
    }

    [Fact]
    public async Task While_a_sweep_runs_another_one_ends_without_changes()
    {
        await BeginAsync("one");
        var second = await BeginAsync("two");
        Assert.Equal((SweepNext.Stop, Causes.SweepRunning), (second.Next, second.Cause));
    }

    [Fact]
    public async Task A_paused_sweep_ends_at_once_and_takes_no_lease()
    {
        var running = Settings;
        Settings = running with { Sweep = running.Sweep with { Paused = true } };
        Assert.Equal((SweepNext.Stop, null), (((await BeginAsync("one")).Next), (await BeginAsync("one")).Cause));
        Settings = running;
        Assert.Equal(SweepNext.Sweep, (await BeginAsync("two")).Next);
    }

    [Fact]
    public async Task A_sweep_with_invalid_routes_is_refused_and_names_the_field()
    {
        Settings = Settings with { Routes = RouteTable.Parse("""[{"name":"a"}]""", Some.HubAccount, [Some.WorkspaceArn]) };
        var refused = await BeginAsync();
        Assert.Equal((SweepNext.Refuse, Causes.RoutesInvalid), (refused.Next, refused.Cause));
        Assert.Contains("routes[0].workspaceArn", refused.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ignoreBrake": true}""", true)]
    [InlineData("""{"ignoreBrake": "true"}""", false)]
    [InlineData("""{"ignorebrake": true}""", false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    [InlineData("[true]", false)]
    public async Task Only_the_exact_field_releases_the_brake(string input, bool expected) =>
        Assert.Equal(expected, (await BeginAsync(input: input)).Sweep.IgnoreBrake);

    [Fact]
    public async Task Accounts_of_the_organization_come_in_pages_of_at_most_200_and_are_recorded()
    {
        organization = [.. Enumerable.Range(0, 500).Select(n => $"{n:D12}")];
        var sweep = (await BeginAsync()).Sweep;
        var (accounts, pages) = (new List<string>(), 0);
        string? next = null;
        do
        {
            var page = await ListAccountsAsync(sweep, next);
            Assert.InRange(page.Accounts.Length, 1, ListAccountsStep.PageSize);
            accounts.AddRange(page.Accounts);
            (next, pages) = (page.Next, pages + 1);
        }
        while (next is not null);

        Assert.Equal(organization, accounts);
        Assert.Equal(3, pages);
        Assert.Equal(500, (await registry.ListedAccountsAsync(sweep, Cancel)).Count);
    }

    [Fact]
    public async Task Accounts_of_the_parameter_need_no_organization()
    {
        failure = new InvalidOperationException("The test allows no call.");
        Settings = Settings with { Sweep = Settings.Sweep with { Accounts = [.. Enumerable.Range(0, 201).Select(n => $"{n:D12}")] } };
        var sweep = (await BeginAsync()).Sweep;
        var first = await ListAccountsAsync(sweep);
        var second = await ListAccountsAsync(sweep, first.Next);
        Assert.Equal((200, 1, null), (first.Accounts.Length, second.Accounts.Length, second.Next));
    }

    [Fact]
    public async Task A_sweep_that_lost_its_lease_ends()
    {
        var sweep = (await BeginAsync()).Sweep;
        var other = Some.Execution("another");
        await Assert.ThrowsAsync<BlockedException>(() => new ListAccountsStep(this, registry, Settings, NullLogger<ListAccountsStep>.Instance).RunAsync(new(other, sweep), Cancel));
        var lost = await Assert.ThrowsAsync<BlockedException>(() => new DecideSweepStep(registry, Settings, NullLogger<DecideSweepStep>.Instance).RunAsync(new(other, sweep), Cancel));
        Assert.Equal(Causes.SweepRunning, lost.Cause);
        await Assert.ThrowsAsync<BlockedException>(() => FindingsAsync(sweep, 50, other));
    }

    [Fact]
    public async Task Clusters_are_listed_by_ARN_page_by_page()
    {
        organization = ["a", "b"];
        var page = await ListClustersAsync("eu-west-1");
        Assert.Equal(("arn:aws:eks:eu-west-1:222222222222:cluster/a", "1"), (Assert.Single(page.Clusters), page.Next));
        var last = await ListClustersAsync("eu-west-1", page.Next);
        Assert.Equal(("arn:aws:eks:eu-west-1:222222222222:cluster/b", null), (Assert.Single(last.Clusters), last.Next));
    }

    [Theory]
    [InlineData(Causes.MemberRoleNotAssumable, "222222222222/*")]
    [InlineData(Causes.RegionDisabled, "222222222222/eu-west-1")]
    [InlineData(Causes.DeniedByServiceControlPolicy, "222222222222/eu-west-1")]
    public async Task A_region_that_cannot_be_listed_is_reported_with_its_cause_and_has_no_clusters(string cause, string place)
    {
        failure = InspectionScene.Blocked(cause);
        Assert.Empty((await ListClustersAsync("eu-west-1")).Clusters);
        Assert.Equal((cause, "sweep-1"), (registry.Places[place].Cause, registry.Places[place].SweepId));
    }

    [Fact]
    public async Task A_failure_that_the_state_machine_caught_for_a_region_is_reported_too()
    {
        var caught = new CaughtFailure("Sandbox.Timedout", "Task timed out after 60.00 seconds");
        await ListClustersAsync("eu-west-1", failure: caught);
        Assert.Equal(Causes.Unexpected, registry.Places["222222222222/eu-west-1"].Cause);
    }

    [Fact]
    public async Task Registered_clusters_that_EKS_did_not_list_are_inspected_and_marked_if_their_account_was_not_listed()
    {
        Settings = Settings with { Sweep = Settings.Sweep with { Accounts = ["222222222222"] } };
        var sweep = (await BeginAsync()).Sweep;
        await ListAccountsAsync(sweep);
        Put("seen", sweepId: sweep.Id);
        Put("missed");
        Put("offboarded", state: Outcome.Offboarded);
        Put("opted-out", state: Outcome.OptedOut);
        Put("placeholder", createdAt: 0);
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = "arn:aws:eks:us-east-1:333333333333:cluster/elsewhere", CreatedAt = 1 }));

        var found = await RegisteredAsync(sweep, accountsListed: true);
        Assert.Equal([("missed", true), ("opted-out", true), ("elsewhere", false)], found.Select(cluster => (ClusterArn.Parse(cluster.ClusterArn).Name, cluster.AccountListed)));
        // Without a complete list no account counts as unlisted.
        Assert.All(await RegisteredAsync(sweep, accountsListed: false), cluster => Assert.True(cluster.AccountListed));
    }

    [Fact]
    public async Task An_orphan_of_the_last_release_that_the_hub_does_not_show_is_not_inspected()
    {
        var sweep = (await BeginAsync()).Sweep;
        foreach (var (name, shownBy) in ((string, string)[])[("forged", "sweep-0"), ("shown", sweep.Id)])
        {
            registry.Put(new FleetItem(new RegistryItem { ClusterArn = Some.Cluster(name).Arn, CreatedAt = 1, State = Outcome.Failed, Cause = Causes.ResourceOrphaned }) { OrphanSweep = shownBy });
        }

        Assert.Equal(Some.Cluster("shown").Arn, Assert.Single(await RegisteredAsync(sweep, accountsListed: false)).ClusterArn);
    }

    [Fact]
    public async Task Findings_start_executions_and_new_clusters_up_to_the_limit_over_all_pages()
    {
        registry.PageSize = 4;
        var sweep = (await BeginAsync()).Sweep;
        foreach (var n in Enumerable.Range(0, 10))
        {
            Put($"new{n}", Finding.New, sweep.Id);
        }

        Put("drift", Finding.Differs, sweep.Id);
        Put("gone", Finding.Gone, sweep.Id);
        Put("fine", Finding.Unchanged, sweep.Id);
        var (starts, left, next) = (new List<SweepStart>(), 6, (string?)null);
        do
        {
            var page = await FindingsAsync(sweep, left, next: next);
            starts.AddRange(page.Starts);
            (left, next) = (page.NewLeft, page.Next);
        }
        while (next is not null);

        Assert.Equal(["drift", "gone", "new0", "new1", "new2", "new3", "new4", "new5"], starts.Select(start => ClusterArn.Parse(start.ClusterArn).Name));
        Assert.Equal(8, starts.Select(start => start.Name).Distinct().Count());
        Assert.Equal(0, left);
    }

    [Fact]
    public async Task Nothing_starts_in_a_braked_account_also_if_the_state_machine_of_the_last_release_does_not_name_it()
    {
        var sweep = (await BeginAsync()).Sweep;
        foreach (var n in Enumerable.Range(0, 4))
        {
            Put($"gone{n}", Finding.Gone, sweep.Id);
        }

        var elsewhere = new RegistryItem { ClusterArn = "arn:aws:eks:us-east-1:333333333333:cluster/elsewhere", CreatedAt = 1, State = Outcome.Verified };
        registry.Put(new FleetItem(elsewhere) { Finding = Finding.Differs, SweepId = sweep.Id, InspectedAt = Some.Noon });
        Assert.Equal(elsewhere.ClusterArn, Assert.Single((await FindingsAsync(sweep, 50)).Starts).ClusterArn);
    }

    [Fact]
    public async Task The_end_writes_summary_and_metrics_and_releases_the_lease()
    {
        var sweep = (await BeginAsync("one")).Sweep;
        Put("fine", Finding.Unchanged, sweep.Id);
        Put("lost", Finding.Unreachable, sweep.Id);
        var record = await EndAsync(sweep, new DecideSweepResult(SweepAction.Start, 50, "Everything is well."));
        Assert.Equal((SweepOutcome.Completed, null, "Everything is well."), (record.Outcome, record.Cause, record.Sentence));
        Assert.Equal(1, record.Findings["Unreachable"]);
        Assert.Same(record, Assert.Single(registry.Records));
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Some.Json).ToList();
        Assert.Equal((1, 0, 1), (Number(lines[0], "SweepsCompleted"), Number(lines[0], "SweepsBraked"), Number(lines[0], "UnreachedClusters")));
        Assert.Equal(2, Number(Assert.Single(lines, line => line.TryGetProperty("State", out var state) && state.GetString() == "Verified"), "Clusters"));
        Assert.All(lines, line => Assert.Equal("CentralAmp", line.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0].GetProperty("Namespace").GetString()));
        Assert.Equal(SweepNext.Sweep, (await BeginAsync("two")).Next);
    }

    [Fact]
    public async Task A_braked_and_a_failed_sweep_have_their_metric_and_cause()
    {
        var sweep = (await BeginAsync("one")).Sweep;
        var braked = await EndAsync(sweep, new DecideSweepResult(SweepAction.Brake, 0, "Too much."));
        Assert.Equal((SweepOutcome.Braked, Causes.SweepBraked), (braked.Outcome, braked.Cause));
        Assert.Contains("\"SweepsBraked\":1", output.ToString(), StringComparison.Ordinal);

        Assert.Equal(SweepOutcome.Braked, (await EndAsync(sweep, new DecideSweepResult(SweepAction.Start, 50, "Too much in one.", ["222222222222"]))).Outcome);

        var caught = new CaughtFailure(nameof(BlockedException), FailureMessage.Format(Causes.OrganizationsDenied, "Denied.", "Delegate."));
        var failed = await EndAsync(sweep, new DecideSweepResult(SweepAction.Start, 50, "Well."), caught);
        Assert.Equal((SweepOutcome.Failed, Causes.OrganizationsDenied, "Delegate."), (failed.Outcome, failed.Cause, failed.Remedy));
        Assert.Contains("\"SweepsCompleted\":0", output.ToString(), StringComparison.Ordinal);
    }

    Task<(IReadOnlyList<string> Accounts, string? Next)> IOrganizationAccounts.PageAsync(string? next, CancellationToken cancellationToken)
    {
        if (failure is not null)
        {
            throw failure;
        }

        var from = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        IReadOnlyList<string> page = [.. organization.Skip(from).Take(20)];
        return Task.FromResult((page, from + 20 < organization.Count ? $"{from + 20}" : null));
    }

    Task<(IReadOnlyList<string> Names, string? Next)> IClusterNames.PageAsync(
        string accountId, string region, string? next, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (failure is not null)
        {
            throw failure;
        }

        var from = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return Task.FromResult<(IReadOnlyList<string> Names, string? Next)>(([organization[from]], from + 1 < organization.Count ? $"{from + 1}" : null));
    }

    private static int Number(JsonElement line, string name) => line.GetProperty(name).GetInt32();

    private void Put(string name, Finding? finding = null, string? sweepId = null, Outcome state = Outcome.Verified, long createdAt = 1) =>
        registry.Put(new FleetItem(new RegistryItem { ClusterArn = Some.Cluster(name).Arn, CreatedAt = createdAt, State = state })
        {
            Finding = finding,
            SweepId = sweepId,
            InspectedAt = Some.Noon,
        });

    private Task<BeginSweepResult> BeginAsync(string execution = "sweep", string input = "{}") =>
        new BeginSweepStep(registry, Settings, NullLogger<BeginSweepStep>.Instance).RunAsync(new(Some.Execution(execution), Some.Json(input)), Cancel);

    private Task<ListAccountsResult> ListAccountsAsync(SweepReference sweep, string? next = null) =>
        new ListAccountsStep(this, registry, Settings, NullLogger<ListAccountsStep>.Instance).RunAsync(new(Some.Execution("sweep"), sweep, next), Cancel);

    private Task<ListClustersResult> ListClustersAsync(string region, string? next = null, CaughtFailure? failure = null) =>
        new ListClustersStep(this, registry, NullLogger<ListClustersStep>.Instance).RunAsync(
            new(Some.Execution("sweep"), new SweepReference("sweep-1", Some.Noon), "222222222222", region, next, failure), Cancel);

    private async Task<RegisteredCluster[]> RegisteredAsync(SweepReference sweep, bool accountsListed) =>
        (await new ListRegisteredStep(registry, NullLogger<ListRegisteredStep>.Instance).RunAsync(new(Some.Execution("sweep"), sweep, accountsListed), Cancel)).Clusters;

    private Task<ListFindingsResult> FindingsAsync(SweepReference sweep, int newLeft, ExecutionReference? execution = null, string? next = null) =>
        new ListFindingsStep(registry, Settings, NullLogger<ListFindingsStep>.Instance).RunAsync(new(execution ?? Some.Execution("sweep"), sweep, newLeft, next), Cancel);

    private Task<SweepRecord> EndAsync(SweepReference sweep, DecideSweepResult decision, CaughtFailure? caught = null) =>
        new EndSweepStep(registry, clock, output, NullLogger<EndSweepStep>.Instance).RunAsync(new(Some.Execution("one"), sweep, decision, caught), Cancel);
}
