using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Failures;
using CentralAmp.Outcomes;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The DynamoDB table with one item per cluster.</summary>
public sealed class ClusterRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time)
{
    /// <summary>A tombstone stays what it is, unless it is reopened.</summary>
    private const string NotClosed = "(attribute_not_exists(#state) OR #state <> :tombstone)";

    private static readonly AttributeValue Tombstone = new() { S = nameof(Outcome.Offboarded) };

    /// <summary>Null when the cluster was never seen. A strongly consistent read: leases and tombstones must not be missed.</summary>
    public async Task<RegistryItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken)
    {
        var answer = await GuardAsync(
            $"reading the registry item of {clusterArn}",
            () => dynamo.GetItemAsync(
                new GetItemRequest { TableName = settings.RegistryTable, Key = Key(clusterArn, createdAt), ConsistentRead = true },
                cancellationToken));
        return answer.Item is { Count: > 0 } item ? RegistryItemFormat.Read(item) : null;
    }

    /// <summary>All clusters that ever had this ARN and were seen, the oldest first; strongly consistent, too.</summary>
    public async Task<IReadOnlyList<RegistryItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var items = new List<RegistryItem>();
        var query = new QueryRequest
        {
            TableName = settings.RegistryTable,
            KeyConditionExpression = "clusterArn = :clusterArn",
            ExpressionAttributeValues = new() { [":clusterArn"] = new AttributeValue { S = clusterArn } },
            ConsistentRead = true,
        };
        do
        {
            var page = await GuardAsync($"reading the registry items of {clusterArn}", () => dynamo.QueryAsync(query, cancellationToken));
            items.AddRange((page.Items ?? []).Select(RegistryItemFormat.Read));
            query.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (query.ExclusiveStartKey is { Count: > 0 });
        return items;
    }

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
    public Task<bool> ReopenAsync(string clusterArn, long createdAt, CancellationToken cancellationToken) => UpdateAsync(
        $"reopening the registry item of {clusterArn}",
        clusterArn,
        createdAt,
        "SET schemaVersion = :schemaVersion REMOVE #state, reason, cause, remedy",
        $"{RegistryItemFormat.NotNewer} AND (#state = :tombstone OR #state = :offboarding)",
        new()
        {
            [":schemaVersion"] = RegistryItemFormat.Schema,
            [":tombstone"] = Tombstone,
            [":offboarding"] = new AttributeValue { S = nameof(Outcome.Offboarding) },
        },
        cancellationToken);

    /// <summary>Takes or renews the lease. False while another execution holds it and it has not expired.</summary>
    public Task<bool> TryHoldElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return UpdateAsync(
            $"taking the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "SET elevationHolder = :mine, elevationExpires = :until, schemaVersion = if_not_exists(schemaVersion, :schema)",
            "attribute_not_exists(elevationHolder) OR elevationHolder = :mine OR elevationExpires < :now",
            new()
            {
                [":mine"] = new AttributeValue { S = execution.Id },
                [":until"] = Seconds(now + settings.Lease),
                [":now"] = Seconds(now),
                [":schema"] = RegistryItemFormat.Schema,
            },
            cancellationToken);
    }

    /// <summary>Gives the lease back. False if it was not ours (any more); both are fine.</summary>
    public Task<bool> ReleaseElevationAsync(string clusterArn, long createdAt, ExecutionReference execution, CancellationToken cancellationToken) =>
        UpdateAsync(
            $"releasing the elevation lease of {clusterArn}",
            clusterArn,
            createdAt,
            "REMOVE elevationHolder, elevationExpires",
            "elevationHolder = :mine",
            new() { [":mine"] = new AttributeValue { S = execution.Id } },
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
        return UpdateAsync(
            $"recording the outcome of {item.ClusterArn}",
            item.ClusterArn,
            item.CreatedAt,
            RegistryItemFormat.UpdateExpression(attributes, forget),
            condition,
            condition.Contains(NotClosed, StringComparison.Ordinal) ? new(attributes) { [":tombstone"] = Tombstone } : attributes,
            cancellationToken);
    }

    private async Task<bool> UpdateAsync(
        string doing,
        string clusterArn,
        long createdAt,
        string update,
        string condition,
        Dictionary<string, AttributeValue> values,
        CancellationToken cancellationToken)
    {
        try
        {
            await GuardAsync(doing, () => dynamo.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = settings.RegistryTable,
                    Key = Key(clusterArn, createdAt),
                    UpdateExpression = update,
                    ConditionExpression = condition,
                    ExpressionAttributeNames = RegistryItemFormat.ReservedNames(update, condition),
                    ExpressionAttributeValues = values,
                },
                cancellationToken));
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private static async Task<T> GuardAsync<T>(string doing, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is not ConditionalCheckFailedException && FailureMapping.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private static Dictionary<string, AttributeValue> Key(string clusterArn, long createdAt) => new()
    {
        ["clusterArn"] = new AttributeValue { S = clusterArn },
        ["createdAt"] = new AttributeValue { N = createdAt.ToString(CultureInfo.InvariantCulture) },
    };

    private static AttributeValue Seconds(DateTimeOffset at) => new() { N = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) };
}
