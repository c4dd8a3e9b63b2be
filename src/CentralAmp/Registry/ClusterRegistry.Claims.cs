using Amazon.DynamoDBv2.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Registry;

/// <content>Who may write for a cluster.</content>
public sealed partial class ClusterRegistry
{
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

    /// <summary>The failure of an execution that another one has overtaken.</summary>
    public static BlockedException Superseded(ClusterReference cluster) => new(
        Causes.TakenOver,
        $"Another execution has taken over {cluster}, or offboards it; this one has stopped.",
        "None: the registry item names the execution that goes on (claimHolder).");
}
