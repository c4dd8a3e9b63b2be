using Amazon.DynamoDBv2.Model;
using CentralAmp.Failures;
using CentralAmp.Outcomes;
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
    public async Task A_cluster_never_seen_has_no_item()
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
    public async Task A_cause_that_is_over_leaves_and_what_was_found_out_before_stays()
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
    public async Task A_recreated_cluster_has_an_item_of_its_own()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Registry.RecordAsync(Verified with { State = Outcome.Offboarded }, Some.Execution(), Cancelled);
        Assert.True((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.IsTombstone);
        Assert.Null(await table.Registry.FindAsync(Arn, Some.CreatedAt + 1, Cancelled));
    }

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
    public async Task An_expired_lease_is_anyones()
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
    public async Task A_lease_before_the_first_outcome_does_not_stand_in_its_way()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await HoldAsync(table, "first");
        Assert.Null((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.State);
        Assert.True(await table.Registry.RecordAsync(Verified, Some.Execution(), Cancelled));
        Assert.NotNull((await table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled))!.Elevation);
    }

    [Fact]
    public async Task Every_item_says_which_schema_it_has()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await HoldAsync(table, "first");
        var item = await table.Dynamo.GetItemAsync(
            table.Name, new Dictionary<string, AttributeValue> { ["clusterArn"] = new(Arn), ["createdAt"] = new() { N = $"{Some.CreatedAt}" } }, Cancelled);
        Assert.Equal("1", item.Item["schemaVersion"].N);
    }

    [Fact]
    public async Task A_missing_table_is_a_failure_with_a_cause()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Dynamo.DeleteTableAsync(table.Name, Cancelled);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => table.Registry.FindAsync(Arn, Some.CreatedAt, Cancelled));
        Assert.Contains("reading the registry item of", failure.Sentence, StringComparison.Ordinal);
    }

    private static Task<bool> HoldAsync(RegistryTable table, string execution) =>
        table.Registry.TryHoldElevationAsync(Arn, Some.CreatedAt, Some.Execution(execution), Cancelled);
}
