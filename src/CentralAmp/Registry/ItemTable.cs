using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using CentralAmp.Aws;

namespace CentralAmp.Registry;

/// <summary>
/// The registry's calls of DynamoDB, with their errors mapped. Reads are consistent: leases and tombstones must not be missed, and a
/// sweep depends on items that it wrote a moment ago.
/// </summary>
internal sealed class ItemTable(IAmazonDynamoDB dynamo, string name)
{
    public async Task<Dictionary<string, AttributeValue>?> GetAsync(string clusterArn, long createdAt, CancellationToken cancellationToken)
    {
        var answer = await GuardAsync($"reading the registry item of {clusterArn}", () => dynamo.GetItemAsync(
            new GetItemRequest { TableName = name, Key = Key(clusterArn, createdAt), ConsistentRead = true }, cancellationToken));
        return answer.Item is { Count: > 0 } item ? item : null;
    }

    public async Task<List<Dictionary<string, AttributeValue>>> QueryAsync(string key, CancellationToken cancellationToken)
    {
        var items = new List<Dictionary<string, AttributeValue>>();
        var query = new QueryRequest
        {
            TableName = name,
            KeyConditionExpression = "clusterArn = :clusterArn",
            ExpressionAttributeValues = new() { [":clusterArn"] = Of(key) },
            ConsistentRead = true,
        };
        do
        {
            var page = await GuardAsync($"reading the registry items of {key}", () => dynamo.QueryAsync(query, cancellationToken));
            items.AddRange(page.Items ?? []);
            query.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (query.ExclusiveStartKey is { Count: > 0 });
        return items;
    }

    public async Task<(IReadOnlyList<Dictionary<string, AttributeValue>> Items, Dictionary<string, AttributeValue>? Last)> ScanAsync(
        Dictionary<string, AttributeValue>? from, int limit, CancellationToken cancellationToken)
    {
        var page = await GuardAsync("scanning the registry", () => dynamo.ScanAsync(
            new ScanRequest { TableName = name, ConsistentRead = true, Limit = limit, ExclusiveStartKey = from }, cancellationToken));
        return (page.Items ?? [], page.LastEvaluatedKey);
    }

    /// <summary>False if the condition is not fulfilled.</summary>
    public async Task<bool> UpdateAsync(
        string doing,
        string clusterArn,
        long createdAt,
        string update,
        string? condition,
        Dictionary<string, AttributeValue> values,
        CancellationToken cancellationToken)
    {
        try
        {
            await GuardAsync(doing, () => dynamo.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = name,
                    Key = Key(clusterArn, createdAt),
                    UpdateExpression = update,
                    ConditionExpression = condition,
                    ExpressionAttributeNames = RegistryItemFormat.ReservedNames(update, condition ?? ""),
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

    public static Dictionary<string, AttributeValue> Key(string clusterArn, long createdAt) => new()
    {
        ["clusterArn"] = Of(clusterArn),
        ["createdAt"] = Of(createdAt),
    };

    public static AttributeValue Of(string text) => new() { S = text };

    public static AttributeValue Of(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    private static async Task<T> GuardAsync<T>(string doing, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is not ConditionalCheckFailedException && AwsFailures.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }
}
