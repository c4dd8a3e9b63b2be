using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>Changes of a cluster's own configuration: they take a while, one at a time, and the cluster is UPDATING meanwhile.</summary>
internal sealed class ConfigurationUpdates(TimeProvider time, CancellationToken stopping)
{
    private static readonly string[] Modes = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

    private readonly ConcurrentDictionary<(string ClusterArn, string Id), JsonObject> updates = new();

    /// <returns>UpdateClusterConfig's answer.</returns>
    public JsonObject Begin(EksCluster cluster, ApiCall call)
    {
        if (cluster.Status != "ACTIVE")
            throw new AwsException(409, "ResourceInUseException", $"Cluster is not in ACTIVE status: {cluster.Status}");
        var mode = call.Parameters["accessConfig"]?["authenticationMode"]?.GetValue<string>();
        RequireAllowed(cluster, mode);

        var id = Guid.NewGuid().ToString();
        var update = new JsonObject
        {
            ["id"] = id,
            ["status"] = "InProgress",
            ["type"] = mode is null ? "EndpointAccessUpdate" : "AccessConfigUpdate",
            ["createdAt"] = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0,
            ["params"] = new JsonArray(),
            ["errors"] = new JsonArray(),
        };
        updates[(cluster.Arn, id)] = update;
        cluster.Status = "UPDATING";
        _ = FinishAsync(cluster, id, mode);
        return new JsonObject { ["update"] = update.DeepClone() };
    }

    /// <returns>DescribeUpdate's answer.</returns>
    public JsonObject Describe(EksCluster cluster, ApiCall call) =>
        updates.TryGetValue((cluster.Arn, call.Required("updateId")), out var update)
            ? new JsonObject { ["update"] = update.DeepClone() }
            : throw new AwsException(404, "ResourceNotFoundException", $"No update found for ID: {call.Text("updateId")}");

    // Only forwards, never back, and not to where it is ("Change authentication mode", EKS user guide).
    private static void RequireAllowed(EksCluster cluster, string? mode)
    {
        if (mode is not null && Array.IndexOf(Modes, mode) <= Array.IndexOf(Modes, cluster.AuthenticationMode))
            throw new AwsException(400, "InvalidParameterException", $"Unsupported authentication mode update from {cluster.AuthenticationMode} to {mode}");
    }

    private async Task FinishAsync(EksCluster cluster, string id, string? mode)
    {
        try
        {
            await Task.Delay(cluster.Twin.Behaviour.UpdatingFor, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The twin ends; nobody asks any more.
            return;
        }
        if (cluster.Status != "UPDATING")
            return;
        var (failed, done) = (cluster.Twin.Behaviour.UpdatesFail, (JsonObject)updates[(cluster.Arn, id)].DeepClone());
        done["status"] = failed ? "Failed" : "Successful";
        if (failed)
            done["errors"] = new JsonArray(new JsonObject { ["errorCode"] = "Unknown", ["errorMessage"] = "the twin was told to fail updates", ["resourceIds"] = new JsonArray() });
        updates[(cluster.Arn, id)] = done;
        if (!failed)
            cluster.AuthenticationMode = mode ?? cluster.AuthenticationMode;
        cluster.Status = "ACTIVE";
    }
}
