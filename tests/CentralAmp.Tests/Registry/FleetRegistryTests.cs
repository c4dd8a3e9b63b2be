using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Registry;

public sealed class FleetRegistryTests(MotoServer moto)
{
    private static readonly string Arn = Some.Cluster().Arn;
    private static readonly SweepReference Sweep = new("sweep-1", Some.Noon);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_sweep_at_a_time_holds_the_lease_and_has_the_id_of_the_previous_one()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        var first = await fleet.TryBeginAsync(Some.Execution("one"), ignoreBrake: true, Cancel);
        Assert.Equal(new SweepReference(SweepReference.IdOf(Some.Execution("one")), Some.Noon, "-", IgnoreBrake: true), first);
        // A retry after the answer of the first attempt was lost.
        Assert.Equal(first, await fleet.TryBeginAsync(Some.Execution("one"), ignoreBrake: true, Cancel));
        Assert.Null(await fleet.TryBeginAsync(Some.Execution("two"), ignoreBrake: false, Cancel));

        await fleet.EndAsync(Some.Execution("one"), Record(first!), Cancel);
        var second = await fleet.TryBeginAsync(Some.Execution("two"), ignoreBrake: false, Cancel);
        Assert.Equal((first!.Id, false), (second!.Previous, second.IgnoreBrake));
    }

    [Fact]
    public async Task Of_ten_sweeps_that_begin_at_once_one_gets_the_lease()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        var begun = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => fleet.TryBeginAsync(Some.Execution($"e{n}"), ignoreBrake: false, Cancel)));
        Assert.Single(begun, sweep => sweep is not null);
    }

    [Fact]
    public async Task A_crashed_sweep_blocks_the_next_one_for_two_hours_and_then_loses_its_lease()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        await fleet.TryBeginAsync(Some.Execution("dead"), ignoreBrake: false, Cancel);
        table.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await fleet.HoldAsync(Some.Execution("dead"), Cancel));
        table.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await fleet.TryBeginAsync(Some.Execution("next"), ignoreBrake: false, Cancel));
        table.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await fleet.TryBeginAsync(Some.Execution("next"), ignoreBrake: false, Cancel));
        Assert.False(await fleet.HoldAsync(Some.Execution("dead"), Cancel));
    }

    [Fact]
    public async Task A_finding_does_not_change_the_attributes_of_the_workflows_and_replaces_the_previous_finding()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        var item = new RegistryItem { ClusterArn = Arn, CreatedAt = 5, State = Outcome.Verified, Cause = "none" };
        await table.Registry.RecordAsync(item, Some.Execution(), Cancel);
        await fleet.WriteFindingAsync(Arn, 5, Sweep, new Inspection(Finding.NotReady, "Missed.", Causes.ClusterNotFound, "None.", "sweep-1"), Cancel);
        var missed = (await fleet.FindAsync(Arn, 5, Cancel))!;
        Assert.Equal((Finding.NotReady, Causes.ClusterNotFound, "sweep-1", "sweep-1", Some.Noon), (missed.Finding, missed.Cause, missed.MissingSweep, missed.SweepId, missed.InspectedAt));
        Assert.Equal((Outcome.Verified, "none"), (missed.Item.State, missed.Item.Cause));

        await fleet.WriteFindingAsync(Arn, 5, Sweep, new Inspection(Finding.Unchanged, "Well."), Cancel);
        var seen = (await fleet.FindAsync(Arn, 5, Cancel))!;
        Assert.Equal((Finding.Unchanged, null, null), (seen.Finding, seen.Cause, seen.MissingSweep));
        // The workflow's next record does not change the attributes of the sweep.
        await table.Registry.RecordAsync(item with { State = Outcome.Unhealthy }, Some.Execution("later", 9), Cancel);
        Assert.Equal(Finding.Unchanged, (await fleet.FindAsync(Arn, 5, Cancel))!.Finding);
    }

    [Fact]
    public async Task A_finding_records_a_former_grant_keeps_it_where_nothing_is_known_and_clears_it_where_it_ended()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        await table.Registry.RecordAsync(new RegistryItem { ClusterArn = Arn, CreatedAt = 5, State = Outcome.Verified }, Some.Execution(), Cancel);
        var finding = new Inspection(Finding.Unreachable, "It does not answer.");
        await WriteAsync(finding with { Grant = new InspectedGrant("arn:old", Some.Noon, IsDue: true), UnlistedSweep = "sweep-1" });
        Assert.Equal(("arn:old", Some.Noon, "arn:old", "sweep-1"), await ReadAsync());
        await WriteAsync(finding);
        Assert.Equal(("arn:old", Some.Noon, null, null), await ReadAsync());
        await WriteAsync(finding with { Grant = new InspectedGrant() });
        Assert.Equal((null, null, null, null), await ReadAsync());

        Task WriteAsync(Inspection inspection) => fleet.WriteFindingAsync(Arn, 5, Sweep, inspection, Cancel);

        async Task<(string?, DateTimeOffset?, string?, string?)> ReadAsync()
        {
            var item = (await fleet.FindAsync(Arn, 5, Cancel))!;
            return (item.Item.FormerWorkspaceArn, item.Item.RouteLeftAt, item.GrantDue, item.UnlistedSweep);
        }
    }

    [Fact]
    public async Task An_item_of_a_newer_version_is_listed_and_not_changed()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        await table.Dynamo.PutItemAsync(
            new PutItemRequest
            {
                TableName = table.Name,
                Item = new() { ["clusterArn"] = new() { S = Arn }, ["createdAt"] = new() { N = "5" }, ["schemaVersion"] = new() { N = "99" } },
            },
            Cancel);
        var fleet = Fleet(table);
        await fleet.WriteFindingAsync(Arn, 5, Sweep, new Inspection(Finding.Gone, "No."), Cancel);
        var read = Assert.Single((await fleet.ScanAsync(null, Cancel)).Clusters);
        Assert.True(read.IsNewer);
        Assert.Null(read.Finding);
    }

    [Fact]
    public async Task Scans_go_page_by_page_and_distinguish_clusters_places_and_items_of_the_sweep()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        await fleet.TryBeginAsync(Some.Execution("sweep"), ignoreBrake: false, Cancel);
        await fleet.RecordAccountsAsync(Sweep, 0, ["111111111111", "222222222222"], Cancel);
        await fleet.RecordAccountsAsync(Sweep, 1, ["333333333333"], Cancel);
        await fleet.RecordAccountsAsync(Sweep with { Id = "sweep-0" }, 2, ["444444444444"], Cancel);
        await fleet.ReportAsync(new UnreachedPlace("333333333333", "*", Sweep.Id, Causes.MemberRoleNotAssumable, "No role.", "Deploy it."), Cancel);
        await fleet.ReportAsync(new UnprovenResources("333333333333", Sweep.Id, 7, "Seven of them.", "Delete them."), Cancel);
        foreach (var n in Enumerable.Range(1, 410))
        {
            await fleet.WriteFindingAsync(Some.Cluster($"c{n}").Arn, n, Sweep, new Inspection(Finding.New, "Missed."), Cancel);
        }

        var pages = new List<FleetPage>();
        string? next = null;
        do
        {
            pages.Add(await fleet.ScanAsync(next, Cancel));
            next = pages[^1].Next;
        }
        while (next is not null);

        Assert.True(pages.Count > 2, $"{pages.Count} pages");
        Assert.Equal(410, pages.SelectMany(page => page.Clusters).Select(item => item.Item.CreatedAt).Distinct().Count());
        Assert.Equal(Causes.MemberRoleNotAssumable, Assert.Single(pages.SelectMany(page => page.Places)).Cause);
        Assert.Equal(new UnprovenResources("333333333333", Sweep.Id, 7, "Seven of them.", "Delete them."), Assert.Single(pages.SelectMany(page => page.Unproven)));
        Assert.Equal(["111111111111", "222222222222", "333333333333"], (await fleet.ListedAccountsAsync(Sweep, Cancel)).Order());
    }

    [Fact]
    public async Task An_orphan_is_registered_once_then_extended_and_never_overwrites_a_cluster()
    {
        using var table = await RegistryTable.CreateAsync(moto);
        var fleet = Fleet(table);
        var orphan = new RegistryItem { ClusterArn = Arn, CreatedAt = 5, State = Outcome.Failed, Cause = Causes.ResourceOrphaned, TrustMode = TrustModes.Direct, RoleArn = "ingest" };
        await fleet.RegisterOrphanAsync(orphan with { TrustMode = TrustModes.Chained, CollectorRoleArn = "collector" }, Sweep, Cancel);
        await fleet.RegisterOrphanAsync(orphan, Sweep with { Id = "sweep-2" }, Cancel);
        var read = (await fleet.FindAsync(Arn, 5, Cancel))!;
        Assert.Equal((TrustModes.Chained, "collector", "sweep-2"), (read.Item.TrustMode, read.Item.CollectorRoleArn, read.OrphanSweep));

        await table.Registry.RecordAsync(new RegistryItem { ClusterArn = Arn, CreatedAt = 5, State = Outcome.Verified }, Some.Execution(), Cancel);
        await fleet.RegisterOrphanAsync(orphan, Sweep with { Id = "sweep-3" }, Cancel);
        Assert.Equal((Outcome.Verified, "sweep-2"), ((await fleet.FindAsync(Arn, 5, Cancel))!.Item.State, (await fleet.FindAsync(Arn, 5, Cancel))!.OrphanSweep));

        await fleet.MarkOrphanAsync(Arn, 5, Sweep with { Id = "sweep-4" }, new Inspection(Finding.Gone, "Left."), Cancel);
        var marked = (await fleet.FindAsync(Arn, 5, Cancel))!;
        Assert.Equal((Finding.Gone, "sweep-4", "sweep-4"), (marked.Finding, marked.SweepId, marked.OrphanSweep));
        Assert.Equal([5L], (await fleet.OfClusterAsync(Arn, Cancel)).Select(item => item.Item.CreatedAt));
    }

    private static FleetRegistry Fleet(RegistryTable table) => new(table.Dynamo, Some.Settings with { RegistryTable = table.Name }, table.Clock);

    private static SweepRecord Record(SweepReference sweep) => new()
    {
        Outcome = SweepOutcome.Completed,
        Sentence = "Well.",
        SweepId = sweep.Id,
        StartedAt = sweep.StartedAt,
        EndedAt = Some.Noon,
        States = new Dictionary<string, int> { ["Verified"] = 1 },
        Findings = new Dictionary<string, int>(),
        UnreachedPlaces = 0,
        Orphans = 0,
        ExecutionId = "e",
    };
}
