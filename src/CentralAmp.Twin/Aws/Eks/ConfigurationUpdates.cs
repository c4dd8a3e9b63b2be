using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>Changes of a cluster's own configuration. Only one runs at a time, and the cluster is UPDATING until it ends.</summary>
internal sealed class ConfigurationUpdates(TimeProvider time, CancellationToken stopping)
{
    private static readonly string[] Modes = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

    private readonly ConcurrentDictionary<(string ClusterArn, string Id), JsonObject> updates = new();

    /// <returns>The answer to UpdateClusterConfig.</returns>
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

    /// <returns>The answer to DescribeUpdate.</returns>
    public JsonObject Describe(EksCluster cluster, ApiCall call) =>
        updates.TryGetValue((cluster.Arn, call.Required("updateId")), out var update)
            ? new JsonObject { ["update"] = update.DeepClone() }
            : throw new AwsException(404, "ResourceNotFoundException", $"No update found for ID: {call.Text("updateId")}");

    // The mode can only change forwards, and not to the current one ("Change authentication mode", EKS user guide).
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
            // The twin is stopping.
            return;
        }
        if (cluster.Status != "UPDATING")
            return;
        var (failed, done) = (cluster.Twin.Behaviour.UpdatesFail, (JsonObject)updates[(cluster.Arn, id)].DeepClone());
        done["status"] = failed ? "Failed" : "Successful";
        if (failed)
            done["errors"] = new JsonArray(new JsonObject { ["errorCode"] = "Unknown", ["errorMessage"] = "the behaviour of this cluster lets updates fail", ["resourceIds"] = new JsonArray() });
        updates[(cluster.Arn, id)] = done;
        if (!failed)
            cluster.AuthenticationMode = mode ?? cluster.AuthenticationMode;
        cluster.Status = "ACTIVE";
    }
}
