using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The sweep's part of the DynamoDB table: findings in the items of clusters, and further items whose keys are no ARNs.</summary>
public sealed class FleetRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time) : IFleetRegistry
{
    private readonly ItemTable table = new(dynamo, settings.RegistryTable);

    /// <summary>Longer than the time between two steps that renew the lease. A sweep that crashed blocks the next one at most that long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromHours(2);

    /// <summary>Items of a page; far below the megabyte at which DynamoDB ends a page.</summary>
    private const int PageSize = 200;

    private const string HeldByThisExecution = "holder = :me";

    public async Task<SweepReference?> TryBeginAsync(ExecutionReference execution, bool ignoreBrake, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await table.UpdateAsync(
            "taking the lease of the sweep",
            FleetItemFormat.SweepKey,
            0,
            "SET holder = :me, holderExpires = :until, previousSweepId = if_not_exists(sweepId, :none), sweepId = :id, startedAt = :start, ignoreBrake = :ignore",
            "attribute_not_exists(holder) OR holderExpires < :now",
            new()
            {
                [":me"] = ItemTable.Of(execution.Id),
                [":until"] = ItemTable.Of((now + Lease).ToUnixTimeSeconds()),
                [":now"] = ItemTable.Of(now.ToUnixTimeSeconds()),
                [":none"] = ItemTable.Of("-"),
                [":id"] = ItemTable.Of(SweepReference.IdOf(execution)),
                [":start"] = ItemTable.Of(execution.StartedAt.ToUnixTimeMilliseconds()),
                [":ignore"] = new AttributeValue { BOOL = ignoreBrake },
            },
            cancellationToken);

        // Read the holder instead of the update's result: a retried step may have lost the answer of its first attempt.
        var lease = await table.GetAsync(FleetItemFormat.SweepKey, 0, cancellationToken);
        return lease is not null && FleetItemFormat.Text(lease, "holder") == execution.Id
            ? new SweepReference(
                FleetItemFormat.Text(lease, "sweepId")!,
                execution.StartedAt,
                FleetItemFormat.Text(lease, "previousSweepId") ?? "",
                lease.TryGetValue("ignoreBrake", out var ignore) && ignore.BOOL == true)
            : null;
    }

    public Task<bool> HoldAsync(ExecutionReference execution, CancellationToken cancellationToken) => table.UpdateAsync(
        "renewing the lease of the sweep",
        FleetItemFormat.SweepKey,
        0,
        "SET holderExpires = :until",
        HeldByThisExecution,
        new()
        {
            [":me"] = ItemTable.Of(execution.Id),
            [":until"] = ItemTable.Of((time.GetUtcNow() + Lease).ToUnixTimeSeconds()),
        },
        cancellationToken);

    public async Task EndAsync(ExecutionReference execution, SweepRecord record, CancellationToken cancellationToken)
    {
        await table.UpdateAsync(
            "writing the summary of the sweep",
            FleetItemFormat.SweepKey,
            record.StartedAt.ToUnixTimeMilliseconds(),
            "SET sweepId = :id, outcome = :outcome, sentence = :sentence, endedAt = :end, findings = :findings, states = :states",
            null,
            new()
            {
                [":id"] = ItemTable.Of(record.SweepId),
                [":outcome"] = ItemTable.Of(record.Outcome.ToString()),
                [":sentence"] = ItemTable.Of(record.Sentence),
                [":end"] = ItemTable.Of(record.EndedAt.ToUnixTimeMilliseconds()),
                [":findings"] = Counts(record.Findings),
                [":states"] = Counts(record.States),
            },
            cancellationToken);
        await table.UpdateAsync(
            "releasing the lease of the sweep",
            FleetItemFormat.SweepKey,
            0,
            "REMOVE holder, holderExpires, ignoreBrake",
            HeldByThisExecution,
            new() { [":me"] = ItemTable.Of(execution.Id) },
            cancellationToken);
    }

    public Task RecordAccountsAsync(SweepReference sweep, int page, IReadOnlyList<string> accounts, CancellationToken cancellationToken) => table.UpdateAsync(
        "recording the accounts of the sweep",
        FleetItemFormat.AccountsKey,
        page,
        "SET sweepId = :id, accountIds = :ids",
        null,
        new()
        {
            [":id"] = ItemTable.Of(sweep.Id),
            [":ids"] = new AttributeValue { L = [.. accounts.Select(ItemTable.Of)], IsLSet = true },
        },
        cancellationToken);

    public async Task<IReadOnlySet<string>> ListedAccountsAsync(SweepReference sweep, CancellationToken cancellationToken)
    {
        var pages = await table.QueryAsync(FleetItemFormat.AccountsKey, cancellationToken);
        return pages.Where(page => FleetItemFormat.Text(page, "sweepId") == sweep.Id)
            .SelectMany(page => page["accountIds"].L.Select(account => account.S))
            .ToHashSet(StringComparer.Ordinal);
    }

    public Task ReportAsync(UnreachedPlace place, CancellationToken cancellationToken) => table.UpdateAsync(
        $"recording that {place.AccountId}/{place.Region} could not be read",
        FleetItemFormat.PlaceKey(place.AccountId, place.Region),
        0,
        "SET sweepId = :id, findingCause = :cause, findingSentence = :sentence, findingRemedy = :remedy, inspectedAt = :now",
        null,
        new()
        {
            [":id"] = ItemTable.Of(place.SweepId),
            [":cause"] = ItemTable.Of(place.Cause),
            [":sentence"] = ItemTable.Of(place.Sentence),
            [":remedy"] = ItemTable.Of(place.Remedy),
            [":now"] = Now(),
        },
        cancellationToken);

    public Task ReportAsync(UnprovenResources unproven, CancellationToken cancellationToken) => table.UpdateAsync(
        $"recording the unproven resources of account {unproven.AccountId}",
        FleetItemFormat.UnprovenKey(unproven.AccountId),
        0,
        "SET sweepId = :id, resources = :count, findingCause = :cause, findingSentence = :sentence, findingRemedy = :remedy, inspectedAt = :now",
        null,
        new()
        {
            [":id"] = ItemTable.Of(unproven.SweepId),
            [":count"] = ItemTable.Of(unproven.Count),
            [":cause"] = ItemTable.Of(Causes.ResourceNotProven),
            [":sentence"] = ItemTable.Of(unproven.Sentence),
            [":remedy"] = ItemTable.Of(unproven.Remedy),
            [":now"] = Now(),
        },
        cancellationToken);

    public async Task<FleetItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) =>
        await table.GetAsync(clusterArn, createdAt, cancellationToken) is { } item ? FleetItemFormat.Read(item) : null;

    public async Task<IReadOnlyList<FleetItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        [.. (await table.QueryAsync(clusterArn, cancellationToken)).Select(FleetItemFormat.Read)];

    public Task WriteFindingAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken)
    {
        var (update, values) = FindingUpdate(sweep, inspection);
        return table.UpdateAsync($"recording the finding of {clusterArn}", clusterArn, createdAt, update, RegistryItemFormat.NotNewer, values, cancellationToken);
    }

    public Task RegisterOrphanAsync(RegistryItem item, SweepReference sweep, CancellationToken cancellationToken)
    {
        var values = RegistryItemFormat.Write(item with { UpdatedAt = time.GetUtcNow() });
        // Only a collector role shows that the trust mode is chained: an ingest role alone must not overwrite a recorded mode.
        var set = string.Join(", ", values.Keys.Where(key => key != ":schemaVersion").Order(StringComparer.Ordinal).Select(key => key switch
        {
            ":trustMode" when item.CollectorRoleArn is null => "trustMode = if_not_exists(trustMode, :trustMode)",
            ":state" => "#state = :state",
            _ => $"{key[1..]} = {key}",
        }));
        values[":sweep"] = ItemTable.Of(sweep.Id);
        values[":orphaned"] = ItemTable.Of(Causes.ResourceOrphaned);
        return table.UpdateAsync(
            $"registering the remaining objects of {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            $"SET {set}, schemaVersion = if_not_exists(schemaVersion, :schemaVersion), orphanSweep = :sweep",
            "attribute_not_exists(clusterArn) OR cause = :orphaned",
            values,
            cancellationToken);
    }

    public Task MarkOrphanAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken)
    {
        var (update, values) = FindingUpdate(sweep, inspection);
        values[":sweep"] = ItemTable.Of(sweep.Id);
        return table.UpdateAsync(
            $"recording the remaining objects of {clusterArn}",
            clusterArn,
            createdAt,
            update.Insert("SET ".Length, "orphanSweep = :sweep, "),
            RegistryItemFormat.NotNewer,
            values,
            cancellationToken);
    }

    public async Task<FleetPage> ScanAsync(string? next, CancellationToken cancellationToken)
    {
        var (items, last) = await table.ScanAsync(FleetItemFormat.KeyOf(next), PageSize, cancellationToken);
        return new FleetPage(
            [.. items.Where(FleetItemFormat.IsCluster).Select(FleetItemFormat.Read)],
            [.. items.Where(FleetItemFormat.IsPlace).Select(FleetItemFormat.ReadPlace)],
            FleetItemFormat.TokenOf(last))
        {
            Unproven = [.. items.Where(FleetItemFormat.IsUnproven).Select(FleetItemFormat.ReadUnproven)],
        };
    }

    /// <summary>Sets the attributes of the finding and removes those that it does not have.</summary>
    private (string Update, Dictionary<string, AttributeValue> Values) FindingUpdate(SweepReference sweep, Inspection inspection)
    {
        var values = new Dictionary<string, AttributeValue>
        {
            [":finding"] = ItemTable.Of(inspection.Finding.ToString()),
            [":findingSentence"] = ItemTable.Of(inspection.Sentence),
            [":inspectedAt"] = Now(),
            [":sweepId"] = ItemTable.Of(sweep.Id),
        };
        var removed = new List<string>();
        foreach (var (name, value) in ((string, string?)[])
            [
                ("findingCause", inspection.Cause), ("findingRemedy", inspection.Remedy), ("missingSweep", inspection.MissingSince),
                ("unlistedSweep", inspection.UnlistedSweep), ("grantDue", inspection.Grant is { IsDue: true, WorkspaceArn: var due } ? due : null),
            ])
        {
            if (string.IsNullOrEmpty(value))
            {
                removed.Add(name);
            }
            else
            {
                values[":" + name] = ItemTable.Of(value);
            }
        }

        switch (inspection.Grant)
        {
            case { WorkspaceArn: { } former, RouteLeftAt: { } since }:
                (values[":" + RegistryItemFormat.FormerWorkspace], values[":" + RegistryItemFormat.RouteLeft]) = (ItemTable.Of(former), ItemTable.Of(since.ToUnixTimeMilliseconds()));
                break;
            case { WorkspaceArn: null }:
                removed.AddRange([RegistryItemFormat.FormerWorkspace, RegistryItemFormat.RouteLeft]);
                break;
        }

        var set = string.Join(", ", values.Keys.Select(key => $"{key[1..]} = {key}"));
        values[":schemaVersion"] = RegistryItemFormat.Schema;
        var (facts, sections) = inspection.Facts is { } known ? FactsFormat.Write(known, values) : ([], "");
        set = string.Join(", ", facts.Prepend(set));
        var remove = removed.Count == 0 ? "" : $" REMOVE {string.Join(", ", removed)}";
        return ($"SET {set}, schemaVersion = if_not_exists(schemaVersion, :schemaVersion){remove}{sections}", values);
    }

    private AttributeValue Now() => ItemTable.Of(time.GetUtcNow().ToUnixTimeMilliseconds());

    private static AttributeValue Counts(IReadOnlyDictionary<string, int> counts) =>
        new() { M = counts.ToDictionary(count => count.Key, count => ItemTable.Of(count.Value)), IsMSet = true };
}
