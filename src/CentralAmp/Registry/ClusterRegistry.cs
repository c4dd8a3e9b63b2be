using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
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

    private static readonly AttributeValue Tombstone = new() { S = nameof(Outcome.Offboarded) };

    private readonly ItemTable table = new(dynamo, settings.RegistryTable);

    /// <summary>Null if CentralAmp has never recorded the cluster.</summary>
    public async Task<RegistryItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) =>
        await table.GetAsync(clusterArn, createdAt, cancellationToken) is { } item ? RegistryItemFormat.Read(item) : null;

    /// <summary>All recorded clusters of this ARN, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        [.. (await table.QueryAsync(clusterArn, cancellationToken)).Select(RegistryItemFormat.Read)];

    /// <summary>Records the outcome of the execution. False if an execution that started later has recorded already, or if the cluster was offboarded.</summary>
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
            $"{RegistryItemFormat.NotNewer} AND {NotClosed} AND (attribute_not_exists(executionStartedAt) OR executionStartedAt <= :executionStartedAt)",
            attributesToRemove,
            cancellationToken);

    /// <summary>Removes the facts with the write of the outcome, after everything is gone.</summary>
    public static IReadOnlyList<string> FactAttributes => FactsFormat.All;

    /// <summary>
    /// Records what an execution is about to make, before it makes it. False if the cluster is offboarded or being offboarded: then the execution must
    /// not make anything for it.
    /// </summary>
    /// <remarks>
    /// A uid of the namespace that another execution recorded after the plan stays: it is newer knowledge. All other facts are announced nevertheless.
    /// </remarks>
    public async Task<bool> AnnounceAsync(string clusterArn, long createdAt, FactsUpdate facts, CancellationToken cancellationToken) =>
        await AnnounceOnceAsync(clusterArn, createdAt, facts, cancellationToken)
        || (facts.NamespaceUid is not null && await AnnounceOnceAsync(clusterArn, createdAt, facts with { NamespaceUid = null }, cancellationToken));

    private Task<bool> AnnounceOnceAsync(string clusterArn, long createdAt, FactsUpdate facts, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue>
        {
            [":schemaVersion"] = RegistryItemFormat.Schema,
            [":tombstone"] = Tombstone,
            [":offboarding"] = ItemTable.Of(nameof(Outcome.Offboarding)),
            [":optedOut"] = ItemTable.Of(nameof(OffboardingReason.OptedOut)),
        };
        var (assignments, sections) = FactsFormat.Write(facts with { IsAnnouncement = true }, values);
        var asPlanned = facts.NamespaceUid is null ? "" : $" AND {FactsFormat.NamespaceIsAsPlanned(facts, values)}";
        return table.UpdateAsync(
            $"announcing a change of {clusterArn}",
            clusterArn,
            createdAt,
            $"SET {string.Join(", ", assignments.Prepend("schemaVersion = if_not_exists(schemaVersion, :schemaVersion)"))}{sections}",
            $"{RegistryItemFormat.NotNewer} AND {Open}{asPlanned}",
            values,
            cancellationToken);
    }

    /// <summary>
    /// Writes the tombstone, whichever execution recorded meanwhile: an onboarding execution that started later and found the cluster
    /// being offboarded does not prevent it.
    /// </summary>
    public Task<bool> CloseAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken) =>
        RecordAsync(item, facts: null, execution, RegistryItemFormat.NotNewer, FactAttributes, cancellationToken);

    /// <summary>Reopens a closed item at an operator's request. False if the item is not closed or does not exist.</summary>
    public Task<bool> ReopenAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) => table.UpdateAsync(
        $"reopening the registry item of {clusterArn}",
        clusterArn,
        createdAt,
        "SET schemaVersion = :schemaVersion REMOVE #state, reason, cause, remedy",
        $"{RegistryItemFormat.NotNewer} AND (#state = :tombstone OR #state = :offboarding)",
        new()
        {
            [":schemaVersion"] = RegistryItemFormat.Schema,
            [":tombstone"] = Tombstone,
            [":offboarding"] = ItemTable.Of(nameof(Outcome.Offboarding)),
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

    /// <summary>Takes or renews the lease. False while another execution holds it and it has not expired.</summary>
    /// <param name="objects">What the elevation is for, if it is already known: recorded by the same write.</param>
    public Task<bool> TryHoldElevationAsync(
        string clusterArn, long createdAt, ExecutionReference execution, IReadOnlyList<RecordedObject> objects, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var values = new Dictionary<string, AttributeValue>
        {
            [":mine"] = ItemTable.Of(execution.Id),
            [":until"] = ItemTable.Of((now + settings.Lease).ToUnixTimeSeconds()),
            [":now"] = ItemTable.Of(now.ToUnixTimeSeconds()),
            [":schema"] = RegistryItemFormat.Schema,
        };
        var (_, sections) = FactsFormat.Write(new FactsUpdate { Objects = objects }, values);
        return table.UpdateAsync(
            $"taking the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "SET elevationHolder = :mine, elevationExpires = :until, schemaVersion = if_not_exists(schemaVersion, :schema)" + sections,
            "attribute_not_exists(elevationHolder) OR elevationHolder = :mine OR elevationExpires < :now",
            values,
            cancellationToken);
    }

    /// <summary>Releases the lease. False if the execution does not hold it (any more), which is no error.</summary>
    public Task<bool> ReleaseElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) =>
        table.UpdateAsync(
            $"releasing the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "REMOVE elevationHolder, elevationExpires",
            "elevationHolder = :mine",
            new() { [":mine"] = ItemTable.Of(execution.Id) },
            cancellationToken);

    private Task<bool> RecordAsync(
        RegistryItem item,
        FactsUpdate? facts,
        ExecutionReference execution,
        string condition,
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
        return table.UpdateAsync(
            $"recording the outcome of {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            update,
            condition,
            condition.Contains(NotClosed, StringComparison.Ordinal) ? new(attributes) { [":tombstone"] = Tombstone } : attributes,
            cancellationToken);
    }
}
