using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The DynamoDB table with one item per cluster.</summary>
public sealed class ClusterRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time)
{
    /// <summary>A tombstone does not change, unless it is reopened.</summary>
    private const string NotClosed = "(attribute_not_exists(#state) OR #state <> :tombstone)";

    /// <summary><see cref="RegistryItem.IsClosed"/> is false.</summary>
    private const string Open = "(attribute_not_exists(#state) OR (#state <> :tombstone AND (#state <> :offboarding OR reason = :optedOut)))";

    private const string RequestedEarlier = $"(attribute_not_exists({RegistryItemFormat.RequestedAt}) OR {RegistryItemFormat.RequestedAt} <= :requestedAt)";

    private const string FreeLease = "(attribute_not_exists(elevationHolder) OR elevationHolder = :me OR elevationExpires < :now)";

    private static readonly AttributeValue Tombstone = new() { S = nameof(Outcome.Offboarded) };

    private readonly ItemTable table = new(dynamo, settings.RegistryTable);

    /// <summary>Null if CentralAmp has never recorded the cluster.</summary>
    public async Task<RegistryItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) =>
        await table.GetAsync(clusterArn, createdAt, cancellationToken) is { } item ? RegistryItemFormat.Read(item) : null;

    /// <summary>All recorded clusters of this ARN, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        [.. (await table.QueryAsync(clusterArn, cancellationToken)).Select(RegistryItemFormat.Read)];

    /// <summary>
    /// Takes the claim of a cluster for the execution, which has looked at the cluster after it read <paramref name="item"/>. From then on, no other execution
    /// writes for the cluster. False if another execution has taken it since: then this one must look again.
    /// </summary>
    /// <remarks>The claim belongs to who looked last, not to who started last: an execution may have waited for days and know more than a younger one.</remarks>
    /// <param name="closes">The execution offboards the cluster, so it may hold the claim of a closed item, too.</param>
    /// <param name="isRequest">A person asked for an offboarding or a reopening by this execution.</param>
    public Task<bool> TakeClaimAsync(
        RegistryItem item, ExecutionReference execution, bool closes, CancellationToken cancellationToken, bool isRequest = false)
    {
        if (item.Claim.Holder == execution.Id)
        {
            return Task.FromResult(true);
        }

        var values = new Dictionary<string, AttributeValue>
        {
            [":me"] = ItemTable.Of(execution.Id),
            [":next"] = ItemTable.Of(item.Claim.Number + 1),
            [":schemaVersion"] = RegistryItemFormat.Schema,
        };
        if (isRequest)
        {
            values[":requestedAt"] = ItemTable.Of(execution.StartedAt.ToUnixTimeMilliseconds());
        }

        var asRead = ClaimFormat.IsAsRead(item.Claim, values);
        return table.UpdateAsync(
            $"claiming {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            isRequest ? $"{ClaimFormat.Take}, {RegistryItemFormat.RequestedAt} = :requestedAt" : ClaimFormat.Take,
            closes ? $"{RegistryItemFormat.NotNewer} AND {asRead}" : $"{RegistryItemFormat.NotNewer} AND {asRead} AND {OpenWith(values)}",
            values,
            cancellationToken);
    }

    /// <summary>Records that a person asked for what is so already: an earlier request that comes later must not undo it.</summary>
    public Task<bool> NoteRequestAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken) => table.UpdateAsync(
        $"noting the request for {item.ClusterArn}",
        item.ClusterArn,
        item.CreatedAt,
        $"SET {RegistryItemFormat.RequestedAt} = :requestedAt",
        $"{RegistryItemFormat.NotNewer} AND {RequestedEarlier}",
        new()
        {
            [":requestedAt"] = ItemTable.Of(execution.StartedAt.ToUnixTimeMilliseconds()),
            [":schemaVersion"] = RegistryItemFormat.Schema,
        },
        cancellationToken);

    /// <summary>Called before every write for the cluster that announces nothing.</summary>
    /// <exception cref="BlockedException">TakenOver: another execution has taken over the cluster.</exception>
    public async Task RequireClaimAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var isHeld = await table.UpdateAsync(
            $"checking the claim of {cluster}",
            cluster.Arn,
            createdAt,
            "SET schemaVersion = if_not_exists(schemaVersion, :schemaVersion)",
            $"{RegistryItemFormat.NotNewer} AND ({ClaimFormat.Unclaimed} OR {ClaimFormat.IsHeld})",
            new() { [":schemaVersion"] = RegistryItemFormat.Schema, [":me"] = ItemTable.Of(execution.Id) },
            cancellationToken);
        if (!isHeld)
        {
            throw Superseded(cluster);
        }
    }

    /// <summary>
    /// Called after a write that nothing refuses to who has lost the claim meanwhile. If it is lost, the item says so, also a closed one: the sweep then repeats
    /// the offboarding.
    /// </summary>
    /// <exception cref="BlockedException">TakenOver: another execution has taken over the cluster.</exception>
    public async Task ConfirmClaimAsync(ClusterReference cluster, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        try
        {
            await RequireClaimAsync(cluster, createdAt, execution, cancellationToken);
        }
        catch (BlockedException lost) when (lost.Cause == Causes.TakenOver)
        {
            await table.UpdateAsync(
                $"recording a late write for {cluster}",
                cluster.Arn,
                createdAt,
                $"SET {RegistryItemFormat.Late} = :me",
                RegistryItemFormat.NotNewer,
                new() { [":schemaVersion"] = RegistryItemFormat.Schema, [":me"] = ItemTable.Of(execution.Id) },
                cancellationToken);
            throw;
        }
    }

    /// <summary>The delivery that was announced as unfinished is healthy now, or nothing of it is left.</summary>
    /// <param name="healthy">The delivery that is healthy; null if none is.</param>
    /// <returns>False without the claim: then whoever holds it looks at the delivery, and finishes it.</returns>
    public Task<bool> FinishDeliveryAsync(
        ClusterReference cluster, long createdAt, string? healthy, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue> { [":schemaVersion"] = RegistryItemFormat.Schema, [":me"] = ItemTable.Of(execution.Id) };
        var set = "SET schemaVersion = if_not_exists(schemaVersion, :schemaVersion)";
        if (healthy is not null)
        {
            values[":healthy"] = ItemTable.Of(healthy);
        }

        return table.UpdateAsync(
            $"recording that the delivery of {cluster} is finished",
            cluster.Arn,
            createdAt,
            healthy is null
                ? $"{set} REMOVE {FactsFormat.Unfinished}, {FactsFormat.Healthy}"
                : $"{set}, {FactsFormat.Healthy} = :healthy REMOVE {FactsFormat.Unfinished}",
            $"{RegistryItemFormat.NotNewer} AND ({ClaimFormat.Unclaimed} OR {ClaimFormat.IsHeld})",
            values,
            cancellationToken);
    }

    /// <summary>The failure of an execution that another one has overtaken.</summary>
    public static BlockedException Superseded(ClusterReference cluster) => new(
        Causes.TakenOver,
        $"Another execution has taken over {cluster}, or offboards it; this one has stopped.",
        "None: the registry item names the execution that goes on (claimHolder).");

    /// <summary>
    /// Records the outcome of the execution. False if it does not hold the claim; of an item without a claim: if an execution that started later has recorded,
    /// or if the cluster was offboarded.
    /// </summary>
    /// <remarks>Does not change the lease, and changes <c>changedAt</c> only if the item has a value.</remarks>
    /// <param name="attributesToRemove">Attributes to remove from the stored item unless <paramref name="item"/> has a value.</param>
    public Task<bool> RecordAsync(
        RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken, params IReadOnlyList<string> attributesToRemove) =>
        RecordAsync(item, facts: null, execution, cancellationToken, attributesToRemove);

    /// <inheritdoc cref="RecordAsync(RegistryItem, ExecutionReference, CancellationToken, IReadOnlyList{string})"/>
    public Task<bool> RecordAsync(
        RegistryItem item, FactsUpdate? facts, ExecutionReference execution, CancellationToken cancellationToken, params IReadOnlyList<string> attributesToRemove) =>
        RecordAsync(
            item,
            facts,
            execution,
            $"({ClaimFormat.Unclaimed} AND {NotClosed} AND (attribute_not_exists(executionStartedAt) OR executionStartedAt <= :executionStartedAt))",
            attributesToRemove,
            cancellationToken);

    /// <summary>Removed with the write of an execution's outcome: it writes nothing for the cluster any more.</summary>
    public static IReadOnlyList<string> ClaimAttributes { get; } = [ClaimFormat.Holder];

    /// <summary>Removed with the write of an outcome after which nothing is left.</summary>
    public static IReadOnlyList<string> LateAttributes { get; } = [RegistryItemFormat.Late];

    /// <summary>Removes the facts with the write of the outcome, after everything is gone.</summary>
    public static IReadOnlyList<string> FactAttributes => FactsFormat.All;

    /// <summary>Records what an execution is about to make, before it makes it.</summary>
    /// <remarks>
    /// A uid of the namespace that another execution recorded after the plan stays: it is newer knowledge. All other facts are announced nevertheless.
    /// </remarks>
    /// <exception cref="BlockedException">TakenOver: another execution has taken over the cluster, or it is offboarded or being offboarded.</exception>
    public async Task AnnounceAsync(ClusterReference cluster, long createdAt, FactsUpdate facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await AnnounceOnceAsync(cluster, createdAt, facts, execution, cancellationToken)
            && (facts.NamespaceUid is null || !await AnnounceOnceAsync(cluster, createdAt, facts with { NamespaceUid = null }, execution, cancellationToken)))
        {
            throw Superseded(cluster);
        }
    }

    private Task<bool> AnnounceOnceAsync(
        ClusterReference cluster, long createdAt, FactsUpdate facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue> { [":schemaVersion"] = RegistryItemFormat.Schema, [":me"] = ItemTable.Of(execution.Id) };
        var (assignments, sections) = FactsFormat.Write(facts with { IsAnnouncement = true }, values);
        var asPlanned = facts.NamespaceUid is null ? "" : $" AND {FactsFormat.NamespaceIsAsPlanned(facts, values)}";
        return table.UpdateAsync(
            $"announcing a change of {cluster}",
            cluster.Arn,
            createdAt,
            $"SET {string.Join(", ", assignments.Prepend("schemaVersion = if_not_exists(schemaVersion, :schemaVersion)"))}{sections}",
            $"{RegistryItemFormat.NotNewer} AND ({ClaimFormat.IsHeld} OR ({ClaimFormat.Unclaimed} AND {OpenWith(values)})){asPlanned}",
            values,
            cancellationToken);
    }

    private static string OpenWith(Dictionary<string, AttributeValue> values)
    {
        values[":tombstone"] = Tombstone;
        values[":offboarding"] = ItemTable.Of(nameof(Outcome.Offboarding));
        values[":optedOut"] = ItemTable.Of(nameof(OffboardingReason.OptedOut));
        return Open;
    }

    /// <summary>Writes the tombstone, without the lease of an execution that died with the cluster, also into an item without a claim, whichever execution recorded meanwhile.</summary>
    public Task<bool> CloseAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken) =>
        RecordAsync(item, facts: null, execution, ClaimFormat.Unclaimed, [.. FactAttributes, .. ClaimAttributes, "elevationHolder", "elevationExpires", RegistryItemFormat.Late], cancellationToken);

    /// <summary>
    /// Reopens a closed item at an operator's request. False if the item is not closed or does not exist, or if somebody asked for its offboarding later.
    /// </summary>
    public Task<bool> ReopenAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) => table.UpdateAsync(
        $"reopening the registry item of {clusterArn}",
        clusterArn,
        createdAt,
        $"SET schemaVersion = :schemaVersion, {RegistryItemFormat.RequestedAt} = :requestedAt REMOVE #state, reason, cause, remedy",
        $"{RegistryItemFormat.NotNewer} AND (#state = :tombstone OR #state = :offboarding) AND {RequestedEarlier}",
        new()
        {
            [":schemaVersion"] = RegistryItemFormat.Schema,
            [":tombstone"] = Tombstone,
            [":offboarding"] = ItemTable.Of(nameof(Outcome.Offboarding)),
            [":requestedAt"] = ItemTable.Of(execution.StartedAt.ToUnixTimeMilliseconds()),
        },
        cancellationToken);

    /// <summary>
    /// Records that the ingest role may no longer write to a workspace that the route has left. A state that says that the cluster sends becomes Blocked.
    /// False if an execution has recorded since <paramref name="item"/> was read: then that record is newer, and the next sweep removes the rest.
    /// </summary>
    public Task<bool> EndGrantAsync(RegistryItem item, string workspaceArn, string sentence, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue>
        {
            [":schemaVersion"] = RegistryItemFormat.Schema,
            [":sentence"] = ItemTable.Of(sentence),
        };
        var set = "sentence = :sentence, schemaVersion = if_not_exists(schemaVersion, :schemaVersion)";
        if (item.State is Outcome.Verified or Outcome.Unhealthy && item.WorkspaceArn == workspaceArn)
        {
            (values[":state"], values[":cause"]) = (ItemTable.Of(nameof(Outcome.Blocked)), ItemTable.Of(Causes.GrantRemoved));
            values[":remedy"] = ItemTable.Of("None if the cluster can be onboarded: the next sweep does. Otherwise remove what prevents it (findingCause), or change the route.");
            set += ", #state = :state, cause = :cause, remedy = :remedy";
        }

        values[":seen"] = item.UpdatedAt is { } updated ? ItemTable.Of(updated.ToUnixTimeMilliseconds()) : ItemTable.Of(0);
        var workspace = item.WorkspaceArn == workspaceArn ? ", workspaceArn" : "";
        return table.UpdateAsync(
            $"recording that {item.ClusterArn} may no longer write to {workspaceArn}",
            item.ClusterArn,
            item.CreatedAt,
            $"SET {set} REMOVE {RegistryItemFormat.FormerWorkspace}, {RegistryItemFormat.RouteLeft}{workspace}",
            $"{RegistryItemFormat.NotNewer} AND (attribute_not_exists(updatedAt) OR updatedAt = :seen)",
            values,
            cancellationToken);
    }

    /// <summary>Attributes of a former grant, for the write that records its end.</summary>
    public static IReadOnlyList<string> FormerGrantAttributes { get; } = [RegistryItemFormat.FormerWorkspace, RegistryItemFormat.RouteLeft];

    /// <summary>
    /// Takes or renews the lease, to begin an elevation. The holder of the claim takes it from whoever has it, who writes nothing any more. False without the
    /// claim, and for a cluster without a claim while another execution holds the lease and it has not expired.
    /// </summary>
    /// <param name="objects">What the elevation is for: recorded by the same write.</param>
    public Task<bool> TryElevateAsync(
        string clusterArn, long createdAt, ExecutionReference execution, IReadOnlyList<RecordedObject> objects, CancellationToken cancellationToken) =>
        HoldElevationAsync(
            clusterArn, createdAt, execution, objects, $"{ClaimFormat.IsHeld} OR ({ClaimFormat.Unclaimed} AND {FreeLease})", cancellationToken);

    /// <summary>Takes or renews the lease, to end an elevation: whoever finds it may. False while another execution holds the lease and it has not expired.</summary>
    public Task<bool> TryHoldElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) =>
        HoldElevationAsync(clusterArn, createdAt, execution, [], FreeLease, cancellationToken);

    /// <summary>Renews the lease. False if the execution does not hold it (any more).</summary>
    public Task<bool> RenewElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) =>
        HoldElevationAsync(clusterArn, createdAt, execution, [], "elevationHolder = :me", cancellationToken);

    /// <summary>Releases the lease. False if the execution does not hold it (any more), which is no error.</summary>
    public Task<bool> ReleaseElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) =>
        table.UpdateAsync(
            $"releasing the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "REMOVE elevationHolder, elevationExpires",
            "elevationHolder = :me",
            new() { [":me"] = ItemTable.Of(execution.Id) },
            cancellationToken);

    private Task<bool> HoldElevationAsync(
        string clusterArn,
        long createdAt,
        ExecutionReference execution,
        IReadOnlyList<RecordedObject> objects,
        string condition,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var values = new Dictionary<string, AttributeValue>
        {
            [":me"] = ItemTable.Of(execution.Id),
            [":until"] = ItemTable.Of((now + settings.Lease).ToUnixTimeSeconds()),
            [":schema"] = RegistryItemFormat.Schema,
        };
        if (condition.Contains(":now", StringComparison.Ordinal))
        {
            values[":now"] = ItemTable.Of(now.ToUnixTimeSeconds());
        }

        var (_, sections) = FactsFormat.Write(new FactsUpdate { Objects = objects }, values);
        return table.UpdateAsync(
            $"taking the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "SET elevationHolder = :me, elevationExpires = :until, schemaVersion = if_not_exists(schemaVersion, :schema)" + sections,
            condition,
            values,
            cancellationToken);
    }

    /// <param name="unclaimed">The condition of the write into an item without a claim.</param>
    private Task<bool> RecordAsync(
        RegistryItem item,
        FactsUpdate? facts,
        ExecutionReference execution,
        string unclaimed,
        IReadOnlyList<string> attributesToRemove,
        CancellationToken cancellationToken)
    {
        var attributes = RegistryItemFormat.Write(item with
        {
            ExecutionId = execution.Id,
            ExecutionStartedAt = execution.StartedAt,
            UpdatedAt = time.GetUtcNow(),
        });
        var update = RegistryItemFormat.UpdateExpression(attributes, facts, attributesToRemove);
        attributes[":me"] = ItemTable.Of(execution.Id);
        return table.UpdateAsync(
            $"recording the outcome of {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            update,
            $"{RegistryItemFormat.NotNewer} AND ({ClaimFormat.IsHeldOrReleased} OR {unclaimed})",
            unclaimed.Contains(NotClosed, StringComparison.Ordinal) ? new(attributes) { [":tombstone"] = Tombstone } : attributes,
            cancellationToken);
    }
}
