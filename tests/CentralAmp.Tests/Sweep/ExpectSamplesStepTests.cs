using System.Net;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Sweep;
using CentralAmp.Tests.Silence;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

public sealed class ExpectSamplesStepTests : IDisposable
{
    private const string Topic = "arn:aws:sns:us-east-1:111111111111:central-amp-alarms";
    private const string Second = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-22223333-4444-5555-6666-777788889999";

    private static readonly HubSettings Settings = Some.Settings with
    {
        MoreWorkspaceArns = [Second],
        Silence = new SilenceSettings { TopicArn = Topic },
    };

    private readonly FakeClock clock = new(Some.Noon);
    private readonly FakeWorkspaceAlerts alerts = new();
    private readonly FakeWorkspaces workspaces = new();
    private readonly FakeFleetRegistry registry;

    public ExpectSamplesStepTests() => registry = new FakeFleetRegistry(clock);

    public void Dispose() => workspaces.Dispose();

    [Theory]
    [InlineData(Outcome.Verified, true)]
    [InlineData(Outcome.Unhealthy, true)]
    [InlineData(Outcome.RolledBack, true)]
    [InlineData(Outcome.Blocked, true)]
    [InlineData(Outcome.Failed, true)]
    [InlineData(Outcome.Parked, false)]
    [InlineData(Outcome.OptedOut, false)]
    [InlineData(Outcome.Offboarding, false)]
    [InlineData(Outcome.Offboarded, false)]
    public void An_onboarded_cluster_that_was_not_offboarded_is_expected_whether_it_ever_sent_or_not(Outcome state, bool expected)
    {
        Assert.Equal(expected, Expectation.IsExpected(Item("a", state)));
        Assert.False(Expectation.IsExpected(Item("a", state) with { RoleArn = null }));
    }

    [Fact]
    public void A_cluster_that_sent_and_lost_its_collector_is_expected_and_one_that_never_had_a_collector_is_not()
    {
        Assert.True(Expectation.IsExpected(Item("a", Outcome.Parked) with { VerifiedAt = Some.Noon }));
        Assert.False(Expectation.IsExpected(Item("a", Outcome.Parked)));
    }

    [Fact]
    public async Task Every_workspace_has_the_alert_and_records_its_clusters_only()
    {
        Put(Item("a", Outcome.Verified), Item("b", Outcome.Unhealthy) with { WorkspaceArn = Second }, Item("c", Outcome.Blocked) with { RoleArn = null });
        var result = await RunAsync();
        Assert.Equal((2, null, null), (result.Recorded, result.Failure, result.Next));
        Assert.Equal((1, null), (workspaces.Expected(Some.WorkspaceArn, Label("a")), workspaces.Expected(Second, Label("a"))));
        Assert.Equal((null, 1), (workspaces.Expected(Some.WorkspaceArn, Label("b")), workspaces.Expected(Second, Label("b"))));
        Assert.Null(workspaces.Expected(Some.WorkspaceArn, Label("c")));
        Assert.Equal(["CreateRules", "CreateAlertManager", "CreateRules", "CreateAlertManager"], alerts.Writes);
    }

    [Fact]
    public async Task A_second_sweep_changes_no_rule_and_no_alert_manager()
    {
        await RunAsync();
        alerts.Writes.Clear();
        await RunAsync();
        Assert.Empty(alerts.Writes);
    }

    [Fact]
    public async Task Rules_that_differ_are_repaired_and_an_alert_manager_of_another_owner_stays_unchanged()
    {
        alerts.Rules[Some.WorkspaceArn] = new AlertDefinition("groups: []", "ACTIVE");
        alerts.Managers[Some.WorkspaceArn] = alerts.Managers[Second] = new AlertDefinition("alertmanager_config: foreign", "CREATION_FAILED");
        await RunAsync();
        Assert.Equal(["PutRules", "CreateRules"], alerts.Writes);
        Assert.Equal("alertmanager_config: foreign", alerts.Managers[Some.WorkspaceArn].Text);
    }

    [Fact]
    public async Task Without_a_topic_no_alert_manager_is_created()
    {
        await RunAsync(Settings with { Silence = new SilenceSettings() });
        Assert.Empty(alerts.Managers);
        Assert.Equal(2, alerts.Rules.Count);
    }

    [Fact]
    public async Task A_definition_that_AMP_refused_is_reported_and_not_written_repeatedly()
    {
        await RunAsync();
        alerts.Rules[Second] = alerts.Rules[Second] with { Status = "CREATION_FAILED", Reason = "too many rules" };
        alerts.Writes.Clear();
        var failure = Failure(await RunAsync());
        Assert.Equal((FailureKind.Blocked, Causes.SilenceAlertRefused), (failure.Kind, failure.Cause));
        Assert.Contains("too many rules", failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(alerts.Writes);
    }

    [Fact]
    public async Task The_failure_of_one_workspace_does_not_affect_the_others_and_is_reported_at_the_end()
    {
        Put(Item("a", Outcome.Verified), Item("b", Outcome.Verified) with { WorkspaceArn = Second });
        registry.PageSize = 1;
        alerts.Failures[Some.WorkspaceArn] = new BlockedException(Causes.WorkspaceNotFound, "It does not exist.", "Deploy.");
        workspaces.Refusals[Some.WorkspaceArn] = (HttpStatusCode.NotFound, "no such workspace");
        var first = await RunAsync();
        Assert.Equal(Causes.WorkspaceNotFound, Failure(first).Cause);
        var second = await RunAsync(next: first);
        Assert.Equal(Causes.WorkspaceNotFound, Failure(second).Cause);
        Assert.Equal(1, workspaces.Expected(Second, Label("b")));
        Assert.True(alerts.Rules.ContainsKey(Second));
    }

    [Fact]
    public async Task The_outage_of_one_workspace_affects_neither_the_others_nor_the_later_pages()
    {
        Put(Item("a", Outcome.Verified), Item("b", Outcome.Verified) with { WorkspaceArn = Second });
        registry.PageSize = 1;
        workspaces.Refusals[Some.WorkspaceArn] = (HttpStatusCode.TooManyRequests, "slow down");
        alerts.Failures[Some.WorkspaceArn] = new TransientException(Causes.ServiceUnavailable, "It is down.", "None if the error is transient.");
        var result = await RunAsync();
        while (result.Next is not null)
        {
            result = await RunAsync(next: result);
        }

        Assert.Equal((FailureKind.Transient, 1), (Failure(result).Kind, workspaces.Expected(Second, Label("b"))));
        Assert.True(alerts.Rules.ContainsKey(Second));
    }

    [Fact]
    public async Task A_lost_answer_fails_no_sweep()
    {
        Put(Item("a", Outcome.Verified));
        workspaces.Lost = 1;
        Assert.Null((await RunAsync()).Failure);
        Assert.Equal(1, workspaces.Expected(Some.WorkspaceArn, Label("a")));
    }

    [Fact]
    public async Task A_missing_permission_has_its_own_cause()
    {
        Put(Item("a", Outcome.Verified));
        workspaces.Refusals[Some.WorkspaceArn] = (HttpStatusCode.Forbidden, "User is not authorized");
        Assert.Equal(Causes.HubPermissionMissing, Failure(await RunAsync()).Cause);
    }

    [Fact]
    public async Task A_recently_offboarded_cluster_is_recorded_as_not_expected_and_later_not_at_all()
    {
        Put(Item("a", Outcome.Offboarded), Item("b", Outcome.Offboarded) with { UpdatedAt = Some.Noon.AddDays(-1) });
        await RunAsync();
        Assert.Equal(0, workspaces.Expected(Some.WorkspaceArn, Label("a")));
        Assert.Null(workspaces.Expected(Some.WorkspaceArn, Label("b")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public async Task The_living_one_of_two_clusters_of_a_name_is_expected_on_one_page_or_on_two(int pageSize)
    {
        registry.PageSize = pageSize;
        Put(Item("a", Outcome.Offboarded), Item("a", Outcome.Unhealthy) with { CreatedAt = Some.CreatedAt + 1 });
        for (var result = await RunAsync(); result.Next is not null; result = await RunAsync(next: result))
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(1, workspaces.Expected(Some.WorkspaceArn, Label("a")));
    }

    private void Put(params RegistryItem[] items)
    {
        foreach (var item in items)
        {
            registry.Put(new FleetItem(item));
        }
    }

    private Task<ExpectSamplesResult> RunAsync(HubSettings? settings = null, ExpectSamplesResult? next = null)
    {
        var hub = settings ?? Settings;
        var step = new ExpectSamplesStep(registry, new SilenceAlert(alerts, hub), workspaces.Writer(hub, clock), hub, clock, NullLogger<ExpectSamplesStep>.Instance);
        return step.RunAsync(
            new(Some.Execution("sweep"), new SweepReference("sweep-1", Some.Noon), next?.Failure, next?.Next), TestContext.Current.CancellationToken);
    }

    private static Failure Failure(ExpectSamplesResult result) => FailureMessage.Parse(result.Failure!.Error, result.Failure.Cause);

    private static string Label(string name) => $"{name}.us-east-1.{Some.MemberAccount}";

    private static RegistryItem Item(string name, Outcome state) => new()
    {
        ClusterArn = Some.Cluster(name).Arn,
        CreatedAt = Some.CreatedAt,
        State = state,
        RoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-x",
        WorkspaceArn = Some.WorkspaceArn,
        UpdatedAt = Some.Noon,
    };
}
