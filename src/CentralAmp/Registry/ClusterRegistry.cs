using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The DynamoDB table with one item per cluster.</summary>
public sealed class ClusterRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time)
{
    /// <summary>A tombstone stays what it is, unless it is reopened.</summary>
    private const string NotClosed = "(attribute_not_exists(#state) OR #state <> :tombstone)";

    private static readonly AttributeValue Tombstone = new() { S = nameof(Outcome.Offboarded) };

    private readonly ItemTable table = new(dynamo, settings.RegistryTable);

    /// <summary>Null when the cluster was never seen.</summary>
    public async Task<RegistryItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) =>
        await table.GetAsync(clusterArn, createdAt, cancellationToken) is { } item ? RegistryItemFormat.Read(item) : null;

    /// <summary>All clusters that ever had this ARN and were seen, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken) =>
        [.. (await table.QueryAsync(clusterArn, cancellationToken)).Select(RegistryItemFormat.Read)];

    /// <summary>Writes how the execution ended. False if an execution that started later has written already, or the cluster was offboarded.</summary>
    /// <remarks>The lease is not touched, and <c>changedAt</c> only where the item has one.</remarks>
    /// <param name="forget">Attributes that leave the item unless it has them.</param>
    public Task<bool> RecordAsync(
        RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken, params IReadOnlyList<string> forget) =>
        RecordAsync(
            item,
            execution,
            $"{RegistryItemFormat.NotNewer} AND {NotClosed} AND (attribute_not_exists(executionStartedAt) OR executionStartedAt <= :executionStartedAt)",
            forget,
            cancellationToken);

    /// <summary>
    /// Writes the tombstone. Final, whoever recorded meanwhile: an onboarding that started later and found the cluster on its way out does
    /// not keep it from being closed.
    /// </summary>
    public Task<bool> CloseAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken) =>
        RecordAsync(item, execution, RegistryItemFormat.NotNewer, [], cancellationToken);

    /// <summary>Opens a closed item again, because a person said so. False if it is not closed, or gone.</summary>
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

    /// <summary>Takes or renews the lease. False while another execution holds it and it has not expired.</summary>
    public Task<bool> TryHoldElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return table.UpdateAsync(
            $"taking the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "SET elevationHolder = :mine, elevationExpires = :until, schemaVersion = if_not_exists(schemaVersion, :schema)",
            "attribute_not_exists(elevationHolder) OR elevationHolder = :mine OR elevationExpires < :now",
            new()
            {
                [":mine"] = ItemTable.Of(execution.Id),
                [":until"] = ItemTable.Of((now + settings.Lease).ToUnixTimeSeconds()),
                [":now"] = ItemTable.Of(now.ToUnixTimeSeconds()),
                [":schema"] = RegistryItemFormat.Schema,
            },
            cancellationToken);
    }

    /// <summary>Gives the lease back. False if it was not ours (any more); both are fine.</summary>
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
        RegistryItem item, ExecutionReference execution, string condition, IReadOnlyList<string> forget, CancellationToken cancellationToken)
    {
        var attributes = RegistryItemFormat.Write(item with
        {
            ExecutionId = execution.Id,
            ExecutionStartedAt = execution.StartedAt,
            UpdatedAt = time.GetUtcNow(),
        });
        return table.UpdateAsync(
            $"recording the outcome of {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            RegistryItemFormat.UpdateExpression(attributes, forget),
            condition,
            condition.Contains(NotClosed, StringComparison.Ordinal) ? new(attributes) { [":tombstone"] = Tombstone } : attributes,
            cancellationToken);
    }
}
