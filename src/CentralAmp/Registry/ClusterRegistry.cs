using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Registry;

/// <summary>The DynamoDB table with one item per cluster.</summary>
public sealed class ClusterRegistry(IAmazonDynamoDB dynamo, HubSettings settings, TimeProvider time)
{
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

    /// <summary>Writes how the execution ended. False if an execution that started later has written already.</summary>
    /// <remarks>The lease is not touched, and <c>changedAt</c> only where the item has one.</remarks>
    public Task<bool> RecordAsync(RegistryItem item, ExecutionReference execution, CancellationToken cancellationToken)
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
            RegistryItemFormat.UpdateExpression(attributes),
            "attribute_not_exists(executionStartedAt) OR executionStartedAt <= :executionStartedAt",
            attributes,
            cancellationToken);
    }

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
                    ExpressionAttributeNames = RegistryItemFormat.ReservedNames(update),
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
