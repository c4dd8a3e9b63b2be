using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The DynamoDB table with one item per cluster.</summary>
public sealed partial class ClusterRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time)
{
    /// <summary>A tombstone does not change, unless it is reopened.</summary>
    private const string NotClosed = "(attribute_not_exists(#state) OR #state <> :tombstone)";

    /// <summary><see cref="RegistryItem.IsClosed"/> is false.</summary>
    private const string Open = "(attribute_not_exists(#state) OR (#state <> :tombstone AND (#state <> :offboarding OR reason = :optedOut)))";

    private const string RequestedEarlier = $"(attribute_not_exists({RegistryItemFormat.RequestedAt}) OR {RegistryItemFormat.RequestedAt} <= :requestedAt)";

    private static readonly AttributeValue Tombstone = new() { S = nameof(Outcome.Offboarded) };

    private readonly ItemTable table = new(dynamo, settings.RegistryTable);

    /// <summary>Null if CentralAmp has never recorded the cluster.</summary>
    public async Task<RegistryItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) =>
        await table.GetAsync(clusterArn, createdAt, cancellationToken) is { } item ? RegistryItemFormat.Read(item) : null;

    /// <summary>All recorded clusters of this ARN, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        [.. (await table.QueryAsync(clusterArn, cancellationToken)).Select(RegistryItemFormat.Read)];

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

    /// <summary>Writes the tombstone, also into an item without a claim, whichever execution recorded meanwhile.</summary>
    /// <remarks>The lease of an execution that died with the cluster goes with it.</remarks>
    public Task<bool> CloseAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken) =>
        RecordAsync(
            item,
            facts: null,
            execution,
            ClaimFormat.Unclaimed,
            [.. FactAttributes, .. ClaimAttributes, .. LateAttributes, "elevationHolder", "elevationExpires"],
            cancellationToken);

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
