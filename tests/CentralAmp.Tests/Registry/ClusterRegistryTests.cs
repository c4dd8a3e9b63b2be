using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Registry;

public sealed class ClusterRegistryTests(MotoServer moto)
{
    private static readonly string Arn = Some.Cluster().Arn;

    private static readonly RegistryItem Verified = new()
    {
        ClusterArn = Arn,
        CreatedAt = Some.CreatedAt,
        State = Outcome.Verified,
        Sentence = "Its samples arrive.",
        WorkspaceArn = Some.WorkspaceArn,
        TrustMode = "direct",
        Delivery = "prometheus",
        RoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-01234567",
        Series = 1234,
        VerifiedAt = Some.Noon.AddSeconds(-5),
        ChangedAt = Some.Noon.AddSeconds(-60),
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_cluster_has_no_item()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Null(await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled));
    }

    [Fact]
    public async Task An_outcome_is_read_back_as_it_was_recorded()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.True(await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled));
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal(
            Verified with { UpdatedAt = Some.Noon, ExecutionId = Some.Execution().Id, ExecutionStartedAt = Some.Noon }, read);
        Assert.False(read!.IsTombstone);
    }

    [Fact]
    public async Task Facts_grow_by_announcements_and_change_when_a_move_has_ended()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var (one, two) = (new RecordedCollector("prometheus", "monitoring", "one", "u1", "a"), new RecordedCollector("agent", "central-amp", "central-amp-agent", "", "b"));
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, new FactsUpdate { Collector = one, Sends = [one], Objects = [new("Role", "monitoring/x")] }, Some.Execution(), Cancelled);
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, new FactsUpdate { Collector = two, Sends = [two], Objects = [new("Prometheus", "monitoring/one", "u1")], NamespaceUid = ClusterFacts.Announced }, Some.Execution(), Cancelled);
        var during = (await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Facts;
        Assert.Equal((one, ClusterFacts.Announced), (during.Onboarded(), during.NamespaceUid));
        Assert.Equal([two, one], during.Collectors.Order(StringComparer.Ordinal).Select(RecordedCollector.Parse));
        Assert.True(during.Has("Role", "monitoring/x") && during.Has("Prometheus", "monitoring/one", "u1") && !during.Has("Prometheus", "monitoring/one", "u2"));

        Assert.True(await table.Registry.RecordAsync(Verified, new FactsUpdate { Collector = two, Sends = [two], Ended = [one], NamespaceUid = "n1" }, Some.Execution(), Cancelled));
        var after = (await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Facts;
        Assert.Equal((two, 1, "n1", 2), (after.Onboarded(), after.Collectors.Length, after.NamespaceUid, after.Objects.Length));
        Assert.True(after.IsNamespace("n1") && !after.IsNamespace("n2"));
    }

    [Fact]
    public async Task Facts_of_recreated_objects_leave_the_item_and_others_stay()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        RecordedCollector Of(string uid) => new("prometheus", "monitoring", "one", uid, "a");
        FactsUpdate Facts(string uid) => new() { Collector = Of(uid), Sends = [Of(uid)], Objects = [new("Prometheus", "monitoring/one", uid), new("Role", "monitoring/x")] };
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, Facts("u1"), Some.Execution(), Cancelled);
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, Facts("u2"), Some.Execution(), Cancelled);
        var gone = Facts("u2") with { Ended = [Of("u1")], Gone = [new("Prometheus", "monitoring/one", "u1")] };
        Assert.True(await table.Registry.RecordAsync(Verified, gone, Some.Execution(), Cancelled));
        var facts = (await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Facts;
        Assert.Equal([Of("u2").ToString()], facts.Collectors);
        Assert.Equal(["Prometheus monitoring/one u2", "Role monitoring/x"], facts.Objects.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, ClusterFacts.Announced, ClusterFacts.Announced)]
    [InlineData("n1", ClusterFacts.Announced, ClusterFacts.Announced)]
    [InlineData("n1", "n1", "n1")]
    public async Task An_announcement_writes_the_uid_of_the_namespace_that_its_plan_followed_from(string? known, string planned, string expected) =>
        Assert.Equal((true, expected), await AnnounceNamespaceAsync(recorded: known, known, planned));

    [Theory]
    [InlineData(null, ClusterFacts.Announced)]
    [InlineData("n1", ClusterFacts.Announced)]
    [InlineData("n1", "n1")]
    public async Task An_announcement_keeps_a_uid_that_another_execution_recorded_after_the_plan(string? known, string planned) =>
        Assert.Equal((true, "n2"), await AnnounceNamespaceAsync(recorded: "n2", known, planned));

    [Fact]
    public async Task A_closed_item_has_no_facts_and_takes_no_announcement()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var facts = new FactsUpdate { Collector = new RecordedCollector("agent", "central-amp", "x", "", "b"), Objects = [new("Role", "a/b")], NamespaceUid = "n" };
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, facts, Some.Execution(), Cancelled);
        Assert.True(await table.Registry.CloseAsync(Verified with { State = Outcome.Offboarded }, Some.Execution(), Cancelled));
        var refused = await Assert.ThrowsAsync<BlockedException>(() => table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, facts, Some.Execution(), Cancelled));
        Assert.Equal(Causes.TakenOver, refused.Cause);
        var item = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((true, null, 0, 0, null), (item!.IsTombstone, item.Facts.Collector, item.Facts.Collectors.Length, item.Facts.Objects.Length, item.Facts.NamespaceUid));
    }

    [Fact]
    public async Task The_lease_of_an_elevation_records_what_it_installs()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.True(await table.Registry.TryElevateAsync(Arn, Some.CreatedAt, Some.Execution(), [new("ClusterRole", "central-amp-read")], Cancelled));
        Assert.True((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Facts.Has("ClusterRole", "central-amp-read"));
    }

    [Fact]
    public async Task An_execution_that_started_earlier_does_not_overwrite_a_later_one()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.True(await table.Registry.RecordAsync(Verified, Some.Execution("late", 60), Cancelled));
        Assert.False(await table.Registry.RecordAsync(Verified with { State = Outcome.Blocked }, Some.Execution("early", 0), Cancelled));
        Assert.True(await table.Registry.RecordAsync(Verified with { Series = 2 }, Some.Execution("late", 60), Cancelled));
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((Outcome.Verified, 2L), (read!.State, read.Series));
    }

    [Fact]
    public async Task A_success_removes_the_cause_and_keeps_the_facts_of_earlier_executions()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(
            Verified with { State = Outcome.Blocked, Cause = Causes.ClusterTagsInvalid, Remedy = "Correct them." }, Some.Execution(), Cancelled);
        await table.Registry.RecordAsync(Verified with { RoleArn = null, ChangedAt = null }, Some.Execution("second", 60), Cancelled);
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((null, null), (read!.Cause, read.Remedy));
        Assert.Equal((Verified.RoleArn, Verified.ChangedAt), (read.RoleArn, read.ChangedAt));
    }

    [Fact]
    public async Task A_recreated_cluster_has_a_separate_item()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(Verified with { State = Outcome.Offboarded }, Some.Execution(), Cancelled);
        Assert.True((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.IsTombstone);
        Assert.Null(await table.Registry.FindAsync(Arn, Some.CreatedAt + 1, Cancelled));
    }

    [Fact]
    public async Task Every_cluster_that_had_the_ARN_is_listed_the_oldest_first()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.Empty(await table.Registry.OfClusterAsync(Arn, Cancelled));
        await table.Registry.RecordAsync(Verified with { CreatedAt = Some.CreatedAt + 5 }, Some.Execution(), Cancelled);
        await table.Registry.RecordAsync(Verified with { State = Outcome.Offboarded }, Some.Execution(), Cancelled);
        await table.Registry.RecordAsync(Verified with { ClusterArn = Arn + "2" }, Some.Execution(), Cancelled);
        var items = await table.Registry.OfClusterAsync(Arn, Cancelled);
        Assert.Equal([(Some.CreatedAt, Outcome.Offboarded), (Some.CreatedAt + 5, Outcome.Verified)], items.Select(item => (item.CreatedAt, item.State!.Value)));
    }

    [Fact]
    public async Task An_item_of_an_older_version_is_readable()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await PutAsync(table, "1");
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal(new RegistryItem { ClusterArn = Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified, RoleArn = "arn:role" }, read);
        Assert.True(await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task An_item_of_a_newer_version_is_neither_interpreted_nor_overwritten()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await PutAsync(table, "3");
        Assert.Equal(
            Causes.RegistryItemNewer,
            (await Assert.ThrowsAsync<BlockedException>(() => table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))).Cause);
        Assert.False(await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled));
        Assert.False(await table.Registry.CloseAsync(Verified, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task A_tombstone_is_final_whichever_execution_recorded_meanwhile_and_only_an_operator_reopens_it()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.False(await table.Registry.ReopenAsync(Arn, Some.CreatedAt, Some.Execution(), Cancelled));
        await table.Registry.RecordAsync(Verified with { State = Outcome.Blocked, Cause = Causes.ClusterDeleting }, Some.Execution("late", 60), Cancelled);
        var tombstone = Verified with { State = Outcome.Offboarded, Reason = OffboardingReason.Deleted };
        Assert.True(await table.Registry.CloseAsync(tombstone, Some.Execution(), Cancelled));
        var closed = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((true, OffboardingReason.Deleted, (string?)null), (closed!.IsClosed, closed.Reason, closed.Cause));

        Assert.True(await table.Registry.ReopenAsync(Arn, Some.CreatedAt, Some.Execution(), Cancelled));
        var open = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((null, null, Verified.RoleArn), (open!.State, open.Reason, open.RoleArn));
        Assert.False(await table.Registry.ReopenAsync(Arn, Some.CreatedAt, Some.Execution(), Cancelled));
    }

    [Fact]
    public async Task Attributes_to_remove_are_removed_from_the_item()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(Verified with { CollectorRoleArn = "arn:c", Issuer = "https://i" }, Some.Execution(), Cancelled);
        await table.Registry.RecordAsync(
            Verified with { State = Outcome.OptedOut, RoleArn = null }, Some.Execution("second", 60), Cancelled, "roleArn", "collectorRoleArn");
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Equal((null, null, "https://i", false), (read!.RoleArn, read.CollectorRoleArn, read.Issuer, read.MayHaveTraces));
    }

    [Theory]
    [InlineData(Outcome.Offboarded, OffboardingReason.Manual, true)]
    [InlineData(Outcome.Offboarding, OffboardingReason.Manual, true)]
    [InlineData(Outcome.Offboarding, OffboardingReason.Deleted, true)]
    [InlineData(Outcome.Offboarding, OffboardingReason.OptedOut, false)]
    [InlineData(Outcome.OptedOut, null, false)]
    [InlineData(Outcome.Verified, null, false)]
    [InlineData(null, null, false)]
    public void An_item_is_closed_to_onboarding_from_the_moment_its_offboarding_began(Outcome? state, OffboardingReason? reason, bool closed) =>
        Assert.Equal(closed, (Verified with { State = state, Reason = reason }).IsClosed);

    [Fact]
    public async Task One_execution_holds_the_lease_and_another_waits()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        Assert.True(await HoldAsync(table, "first"));
        Assert.True(await HoldAsync(table, "first"));
        Assert.False(await HoldAsync(table, "second"));
        var lease = (await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Elevation;
        Assert.Equal(new ElevationLease(Some.Execution().Id, Some.Noon + Some.Settings.Lease), lease);
    }

    [Fact]
    public async Task Ten_executions_at_once_get_one_lease()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var held = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => HoldAsync(table, $"e{i}")));
        Assert.Single(held, got => got);
    }

    [Fact]
    public async Task Any_execution_may_take_an_expired_lease()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await HoldAsync(table, "first");
        table.Clock.Advance(Some.Settings.Lease + TimeSpan.FromSeconds(1));
        Assert.True(await HoldAsync(table, "second"));
    }

    [Fact]
    public async Task Only_the_holder_releases_the_lease_and_the_outcome_stays()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled);
        await HoldAsync(table, "first");
        Assert.False(await table.Registry.ReleaseElevationAsync(Arn, Some.CreatedAt, Some.Execution("second"), Cancelled));
        Assert.True(await table.Registry.ReleaseElevationAsync(Arn, Some.CreatedAt, Some.Execution(), Cancelled));
        Assert.False(await table.Registry.ReleaseElevationAsync(Arn, Some.CreatedAt, Some.Execution(), Cancelled));
        var read = await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled);
        Assert.Null(read!.Elevation);
        Assert.Equal(Outcome.Verified, read.State);
    }

    [Fact]
    public async Task A_lease_before_the_first_outcome_does_not_prevent_it()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await HoldAsync(table, "first");
        Assert.Null((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.State);
        Assert.True(await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled));
        Assert.NotNull((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Elevation);
    }

    [Fact]
    public async Task Every_item_has_its_schema_version()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await HoldAsync(table, "first");
        var item = await table.Dynamo.GetItemAsync(
            table.Name, new Dictionary<string, AttributeValue> { ["clusterArn"] = new(Arn), ["createdAt"] = new() { N = $"{Some.CreatedAt}" } }, Cancelled);
        Assert.Equal("2", item.Item["schemaVersion"].N);
    }

    [Fact]
    public async Task A_missing_table_is_a_failure_with_a_cause()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Dynamo.DeleteTableAsync(table.Name, Cancelled);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled));
        Assert.Contains("reading the registry item of", failure.Sentence, StringComparison.Ordinal);
    }

    private static Task<PutItemResponse> PutAsync(RegistryTable table, string schema) => table.Dynamo.PutItemAsync(
        table.Name,
        new Dictionary<string, AttributeValue>
        {
            ["clusterArn"] = new(Arn),
            ["createdAt"] = new() { N = $"{Some.CreatedAt}" },
            ["schemaVersion"] = new() { N = schema },
            ["state"] = new("Verified"),
            ["roleArn"] = new("arn:role"),
            ["unknown"] = new("what"),
        },
        Cancelled);

    private static Task<bool> HoldAsync(RegistryTable table, string execution) =>
        table.Registry.TryHoldElevationAsync(Arn, Some.CreatedAt, Some.Execution(execution), Cancelled);

    /// <returns>Whether everything else was announced, and the uid that is recorded then.</returns>
    private async Task<(bool Announced, string? Uid)> AnnounceNamespaceAsync(string? recorded, string? known, string planned)
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(Verified, new FactsUpdate { NamespaceUid = recorded }, Some.Execution(), Cancelled);
        var update = new FactsUpdate { Objects = [new("Role", "a/b")], NamespaceUid = planned, KnownNamespaceUid = known };
        await table.Registry.AnnounceAsync(Some.Cluster(), Some.CreatedAt, update, Some.Execution(), Cancelled);
        var facts = (await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Facts;
        return (facts.Has("Role", "a/b"), facts.NamespaceUid);
    }
}
