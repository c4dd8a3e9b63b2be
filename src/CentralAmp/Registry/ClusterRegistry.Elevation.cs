using Amazon.DynamoDBv2.Model;

namespace CentralAmp.Registry;

/// <content>The lease of the elevation.</content>
public sealed partial class ClusterRegistry
{
    private const string FreeLease = "(attribute_not_exists(elevationHolder) OR elevationHolder = :me OR elevationExpires < :now)";

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
}
