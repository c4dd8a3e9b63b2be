using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class RecordOutcomeStepTests(MotoServer moto) : IAsyncLifetime
{
    private const string Label = "shop.us-east-1.222222222222";
    private const string Other = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-other";

    private readonly StringWriter output = new();
    private readonly FakeWorkspaces workspaces = new();
    private RegistryTable table = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => table = await RegistryTable.CreateAsync(moto);

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        output.Dispose();
        workspaces.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_verified_cluster_is_registered_measured_and_published()
    {
        table.Clock.Advance(TimeSpan.FromSeconds(90));
        var record = await RecordAsync(Verified());
        Assert.Equal((Outcome.Verified, true, 42L, "arn:role"), (record.Outcome, record.Changed, record.Series!.Value, record.RoleArn));
        var item = await ItemAsync();
        Assert.Equal((Outcome.Verified, 42L, (DateTimeOffset?)Some.Noon.AddSeconds(90)), (item!.State, item.Series!.Value, item.ChangedAt));

        var line = JsonNode.Parse(output.ToString())!;
        Assert.Equal("CentralAmp", line["_aws"]!["CloudWatchMetrics"]![0]!["Namespace"]!.ToString());
        Assert.Equal(["Outcomes", "ExecutionDuration", "Series"], line["_aws"]!["CloudWatchMetrics"]![0]!["Metrics"]!.AsArray().Select(metric => metric!["Name"]!.ToString()));
        Assert.Equal(("Verified", 1, 90_000, 42), (line["Outcome"]!.ToString(), (int)line["Outcomes"]!, (int)line["ExecutionDuration"]!, (int)line["Series"]!));
    }

    [Fact]
    public async Task A_second_run_changes_nothing_and_keeps_the_time_of_the_last_change()
    {
        await RecordAsync(Verified());
        table.Clock.Advance(TimeSpan.FromHours(1));
        var unchanged = Verified() with
        {
            Execution = Some.Execution("second", 10),
            Access = new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed),
            Trust = new EnsureTrustResult(Change.Unchanged, "arn:role", "arn:provider", RbacAccess.Allowed),
            Delivery = new DeliverRemoteWriteResult(Change.Unchanged),
        };
        Assert.False((await RecordAsync(unchanged)).Changed);
        Assert.Equal(Some.Noon, (await ItemAsync())!.ChangedAt);
    }

    [Fact]
    public async Task A_chained_cluster_is_registered_with_both_of_its_roles()
    {
        var trust = new EnsureTrustResult(Change.Created, "arn:collector", "arn:provider", RbacAccess.Allowed) { IngestRoleArn = "arn:ingest" };
        await RecordAsync(Verified() with { Trust = trust });
        var item = await ItemAsync();
        Assert.Equal(("arn:ingest", "arn:collector"), (item!.RoleArn, item.CollectorRoleArn));
    }

    [Fact]
    public async Task A_run_that_only_removed_the_old_grant_changed_something()
    {
        var moved = Verified() with
        {
            Access = new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed),
            Trust = new EnsureTrustResult(Change.Unchanged, "arn:role", "arn:provider", RbacAccess.Allowed),
            Delivery = new DeliverRemoteWriteResult(Change.Unchanged),
            OldGrant = new RemoveOldGrantResult(Change.Updated),
        };
        Assert.True((await RecordAsync(moved)).Changed);
    }

    [Theory]
    [InlineData("u-1", true)]
    [InlineData(null, false)]
    public async Task An_execution_that_fails_after_it_switched_the_authentication_mode_changed_something(string? updateId, bool changed)
    {
        var failed = new RecordOutcomeRequest(Some.Execution())
        {
            Cluster = Some.Cluster(),
            Described = Some.Described(),
            // The later checks changed nothing.
            Switching = new SwitchAuthenticationModeResult(Change.Unchanged, updateId, Checks: 2, WaitSeconds: 1),
            Failure = OutcomeDeciderTests.Blocked(Causes.EndpointUnreachable),
        };
        Assert.Equal(changed, (await RecordAsync(failed)).Changed);
        Assert.Equal(changed ? Some.Noon : null, (await ItemAsync())!.ChangedAt);
    }

    [Fact]
    public async Task A_cluster_that_is_only_routed_to_a_workspace_has_none_in_the_registry()
    {
        var record = await RecordAsync(Verified() with { Trust = null, Delivery = null, Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.SeveralCollectors) });
        Assert.Equal(Some.WorkspaceArn, record.WorkspaceArn);
        Assert.Null((await ItemAsync())!.WorkspaceArn);
        Assert.Equal(0, workspaces.Requests);
    }

    [Fact]
    public async Task Until_the_old_grant_is_removed_sentence_and_registry_name_it_and_keep_the_first_time()
    {
        var moving = Verified() with { Described = Some.Described() with { Former = new FormerGrant(Other, Some.Noon.AddHours(-3)) } };
        // Blocked before there is trust, then by the samples that do not arrive, then at the end of the move.
        var blocked = moving with { Trust = null, Delivery = null, Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.EndpointUnreachable) };
        Assert.Contains($"Still granted: {Other}, which its route left before 2026-03-01 09:00:00Z", (await RecordAsync(blocked)).Sentence, StringComparison.Ordinal);
        Assert.Equal((Other, Some.Noon.AddHours(-3)), await FormerAsync());

        var unhealthy = Moved() with { OldGrant = null, Described = moving.Described, Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.NoSamples) };
        Assert.Contains("Still granted", (await RecordAsync(unhealthy)).Sentence, StringComparison.Ordinal);
        Assert.Equal((Other, Some.Noon.AddHours(-3)), await FormerAsync());

        Assert.DoesNotContain("Still granted", (await RecordAsync(Moved() with { Described = moving.Described })).Sentence, StringComparison.Ordinal);
        Assert.Equal((null, null), await FormerAsync());
    }

    [Fact]
    public async Task A_move_that_only_the_role_shows_is_recorded_from_now_on()
    {
        await RecordAsync(Moved() with { OldGrant = null, Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.NoSamples) });
        Assert.Equal((Other, Some.Noon), await FormerAsync());
    }

    [Fact]
    public async Task A_revoked_grant_is_in_the_sentence_and_its_workspace_no_longer_expects_the_cluster()
    {
        var described = Some.Described() with { Former = new FormerGrant(Other, Some.Noon.AddDays(-1)), Revokes = Other };
        var record = await RecordAsync(new RecordOutcomeRequest(Some.Execution())
        {
            Cluster = Some.Cluster(),
            Described = described,
            Revoked = new RemoveOldGrantResult(Change.Updated, Other),
            Failure = OutcomeDeciderTests.Blocked(Causes.EndpointUnreachable),
        });
        Assert.True(record.Changed);
        Assert.Contains($"The grant for {Other}, which its route has left, was removed", record.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("Still granted", record.Sentence, StringComparison.Ordinal);
        Assert.Equal((null, null), await FormerAsync());
        Assert.Equal(0, workspaces.Expected(Other, Label));
    }

    [Fact]
    public async Task A_cluster_whose_trust_was_ensured_is_no_longer_cut()
    {
        await table.Registry.RecordAsync(
            new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Blocked, CutSince = Some.Noon }, Some.Execution(), Cancelled);
        await RecordAsync(Verified() with { Trust = null, Delivery = null, Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.EndpointUnreachable) });
        Assert.Equal(Some.Noon, (await ItemAsync())!.CutSince);
        await RecordAsync(Verified());
        Assert.Null((await ItemAsync())!.CutSince);
    }

    private async Task<(string?, DateTimeOffset?)> FormerAsync() => await ItemAsync() is { } item ? (item.FormerWorkspaceArn, item.RouteLeftAt) : (null, null);

    [Theory]
    [MemberData(nameof(UnfinishedMoves), DisableDiscoveryEnumeration = true)]
    public async Task A_cluster_whose_move_fails_is_expected_in_its_current_workspace(string name, RecordOutcomeRequest move)
    {
        await RecordAsync(Verified());
        var record = await RecordAsync(move with { Execution = Some.Execution("moving", 10), Cluster = Some.Cluster(), Described = Some.Described() });
        Assert.True(record.WorkspaceArn == Other, name);
        Assert.Equal((Outcome.Blocked, Some.WorkspaceArn), ((await ItemAsync())!.State!.Value, (await ItemAsync())!.WorkspaceArn));
        Assert.Equal((1, null), (workspaces.Expected(Some.WorkspaceArn, Label), workspaces.Expected(Other, Label)));
    }

    public static TheoryData<string, RecordOutcomeRequest> UnfinishedMoves()
    {
        var routed = new RecordOutcomeRequest(Some.Execution())
        {
            Access = new EnsureClusterAccessResult(Change.Updated, RbacAccess.Allowed),
            Plan = TrustPoliciesTests.Plan() with { WorkspaceArn = Other, Change = Change.Updated },
            Failure = OutcomeDeciderTests.Blocked(Causes.TrustSubjectMismatch),
        };
        var trusted = routed with { Trust = new EnsureTrustResult(Change.Updated, "arn:role", "arn:provider", RbacAccess.Allowed) { PreviousWorkspaceArn = Some.WorkspaceArn } };
        return new()
        {
            { "no trust", routed },
            { "the proof failed", trusted },
            { "the merge is pending", trusted with { Delivery = new DeliverRemoteWriteResult(Change.Updated, Waits: true) } },
        };
    }

    [Fact]
    public async Task A_cluster_whose_collector_has_the_new_workspace_is_expected_there_before_verification()
    {
        await RecordAsync(Verified());
        await RecordAsync(Verified() with
        {
            Execution = Some.Execution("moving", 10),
            Plan = TrustPoliciesTests.Plan() with { WorkspaceArn = Other },
            Trust = new EnsureTrustResult(Change.Updated, "arn:role", "arn:provider", RbacAccess.Allowed) { PreviousWorkspaceArn = Some.WorkspaceArn },
            Verification = null,
            Failure = OutcomeDeciderTests.Blocked(Causes.NoSamples),
        });
        Assert.Equal(Other, (await ItemAsync())!.WorkspaceArn);
        Assert.Equal(1, workspaces.Expected(Other, Label));
    }

    [Fact]
    public async Task An_earlier_execution_does_not_overwrite_a_later_one_and_does_not_fail()
    {
        await RecordAsync(Verified() with { Execution = Some.Execution("later", 60) });
        var record = await RecordAsync(Verified() with { Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.NoSamples) });
        Assert.Equal((Outcome.Superseded, Causes.TakenOver), (record.Outcome, record.Cause));
        Assert.EndsWith("It had ended as Unhealthy.", record.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Failures\"", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(Outcome.Verified, (await ItemAsync())!.State);
    }

    [Fact]
    public async Task Invalid_input_names_no_cluster_to_register_and_is_published_nevertheless()
    {
        var record = await RecordAsync(new RecordOutcomeRequest(Some.Execution()) { Failure = OutcomeDeciderTests.Blocked(Causes.InputNotUnderstood) });
        Assert.Equal((Outcome.Blocked, Causes.InputNotUnderstood, null), (record.Outcome, record.Cause, record.ClusterArn));
        Assert.Contains("\"Cause\":\"InputNotUnderstood\"", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_duration_is_measured_only_after_a_change()
    {
        table.Clock.Advance(TimeSpan.FromSeconds(90));
        await RecordAsync(Verified());
        Assert.Equal(90_000, (int)Line()["TimeToVerified"]!);
        await RecordAsync(Verified() with { Access = null, Trust = null, Delivery = null });
        Assert.Null(Line()["TimeToVerified"]);
    }

    [Fact]
    public async Task Failures_are_counted_by_cause()
    {
        await RecordAsync(Verified() with { Verification = null, Failure = OutcomeDeciderTests.Blocked(Causes.NoSamples) });
        var directive = Line()["_aws"]!["CloudWatchMetrics"]!.AsArray().Single(one => one!["Metrics"]![0]!["Name"]!.ToString() == "Failures")!;
        Assert.Equal(("Cause", Causes.NoSamples, 1), (directive["Dimensions"]![0]![0]!.ToString(), Line()["Cause"]!.ToString(), (int)Line()["Failures"]!));
    }

    [Fact]
    public async Task A_chained_cluster_is_registered_with_both_of_its_roles_and_its_issuer()
    {
        var record = await RecordAsync(Verified() with { Trust = new EnsureTrustResult(Change.Created, "arn:collector", "arn:provider", RbacAccess.Allowed) { IngestRoleArn = "arn:ingest" } });
        Assert.Equal(("arn:ingest", "arn:collector"), (record.RoleArn, record.CollectorRoleArn));
        var item = (await ItemAsync())!;
        Assert.Equal(("arn:ingest", "arn:collector", Some.Observed.Issuer), (item.RoleArn, item.CollectorRoleArn, item.Issuer));
    }

    [Fact]
    public async Task A_late_execution_does_not_overwrite_a_tombstone()
    {
        await table.Registry.CloseAsync(
            new() { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }, Some.Execution(), Cancelled);
        await RecordAsync(Verified() with { Execution = Some.Execution("later", 60) });
        Assert.True((await ItemAsync())!.IsTombstone);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var plan = TrustPoliciesTests.Plan() with { Next = PlanNext.Stop, Stop = PlanStop.DryRun, Sentence = "would do it" };
        var record = await RecordAsync(new RecordOutcomeRequest(Some.Execution()) { Cluster = Some.Cluster(), Described = Some.Described(), Plan = plan });
        Assert.Contains("would do it", record.Sentence, StringComparison.Ordinal);
        Assert.Null(await ItemAsync());
    }

    [Fact]
    public async Task The_workspace_records_an_expected_cluster_after_a_change_and_a_second_run_writes_nothing()
    {
        await RecordAsync(Verified());
        Assert.Equal((1, 1), (workspaces.Expected(Some.WorkspaceArn, Label), workspaces.Requests));
        await RecordAsync(Verified() with
        {
            Execution = Some.Execution("second", 10),
            Access = new EnsureClusterAccessResult(Change.Unchanged, RbacAccess.Allowed),
            Trust = new EnsureTrustResult(Change.Unchanged, "arn:role", "arn:provider", RbacAccess.Allowed),
            Delivery = new DeliverRemoteWriteResult(Change.Unchanged),
        });
        Assert.Equal(1, workspaces.Requests);
    }

    [Fact]
    public async Task A_cluster_that_never_sent_samples_is_expected_too()
    {
        var failure = new CaughtFailure(nameof(NotReadyException), FailureMessage.Format(Causes.NoSamples, "None came.", "Check."));
        Assert.Equal(Outcome.Unhealthy, (await RecordAsync(Verified() with { Verification = null, Failure = failure })).Outcome);
        Assert.Equal(1, workspaces.Expected(Some.WorkspaceArn, Label));
    }

    [Fact]
    public async Task The_former_workspace_of_a_cluster_no_longer_expects_it()
    {
        await RecordAsync(Moved());
        Assert.Equal((1, 0), (workspaces.Expected(Some.WorkspaceArn, Label), workspaces.Expected(Other, Label)));
    }

    [Theory]
    [InlineData(Some.WorkspaceArn, null, 0d)]
    [InlineData(Other, 1d, null)]
    public async Task In_a_move_each_workspace_records_the_cluster_even_if_the_other_one_refuses(string refusing, double? current, double? former)
    {
        workspaces.Refusals[refusing] = (System.Net.HttpStatusCode.ServiceUnavailable, "later");
        Assert.Equal(Outcome.Verified, (await RecordAsync(Moved())).Outcome);
        Assert.Equal((current, former), (workspaces.Expected(Some.WorkspaceArn, Label), workspaces.Expected(Other, Label)));
    }

    [Fact]
    public async Task A_workspace_that_refuses_the_record_does_not_change_the_outcome()
    {
        workspaces.Refusals[Some.WorkspaceArn] = (System.Net.HttpStatusCode.InternalServerError, "later");
        Assert.Equal(Outcome.Verified, (await RecordAsync(Verified())).Outcome);
        Assert.Equal(Outcome.Verified, (await ItemAsync())!.State);
    }

    /// <summary>The last line of metrics.</summary>
    private JsonNode Line() => JsonNode.Parse(output.ToString().Trim().Split('\n')[^1])!;

    private static RecordOutcomeRequest Verified() => new(Some.Execution())
    {
        Cluster = Some.Cluster(),
        Described = Some.Described(),
        Access = new EnsureClusterAccessResult(Change.Created, RbacAccess.Missing),
        Plan = TrustPoliciesTests.Plan(),
        Trust = new EnsureTrustResult(Change.Created, "arn:role", "arn:provider", RbacAccess.Allowed),
        Delivery = new DeliverRemoteWriteResult(Change.Created, Some.Noon),
        Verification = new VerifyIngestResult(42, Some.Noon),
    };

    /// <summary>A verified move from the other workspace.</summary>
    private static RecordOutcomeRequest Moved() => Verified() with
    {
        Trust = new EnsureTrustResult(Change.Updated, "arn:role", "arn:provider", RbacAccess.Allowed) { PreviousWorkspaceArn = Other },
        OldGrant = new RemoveOldGrantResult(Change.Updated),
    };

    private Task<OutcomeRecord> RecordAsync(RecordOutcomeRequest request) =>
        new RecordOutcomeStep(table.Registry, workspaces.Expectations(table.Registry, Some.Settings, table.Clock), Some.Settings, table.Clock, output, NullLogger<RecordOutcomeStep>.Instance).RunAsync(request, Cancelled);

    private Task<RegistryItem?> ItemAsync() => table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, Cancelled);
}
