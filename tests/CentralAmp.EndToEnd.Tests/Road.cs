using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>What tests do with clusters of the shared twin.</summary>
public sealed class Road(TwinWorld world)
{
    // All tests at once on two processors take their time; nothing hangs that long that is well.
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(420);

    // Every look is work for the local AWS, whose one thread all tests share.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);

    private readonly RoadWatcher watcher = new(world.Aws, TimeProvider.System);

    /// <summary>A cluster nobody has told CentralAmp of, ACTIVE, with its stack installed and its pods ready.</summary>
    public async Task<string> SettledClusterAsync(string name, ClusterBehaviour behaviour, IReadOnlyDictionary<string, string>? tags = null)
    {
        var quick = behaviour with { ActiveAfter = TimeSpan.FromMilliseconds(200), OperatorAfter = TimeSpan.FromMilliseconds(200) };
        var arn = await world.CreateClusterAsync(world.MemberAccount, world.Region, name, tags ?? new Dictionary<string, string>(), quick, deliveries: 0, CancellationToken.None);
        await world.ClusterOf(arn).StackReady.WaitAsync(Limit);
        return arn;
    }

    public async Task<string> FailedClusterAsync(string name, ClusterBehaviour behaviour)
    {
        var arn = await world.CreateClusterAsync(name, behaviour with { ActiveAfter = TimeSpan.FromMilliseconds(200) }, deliveries: 0, CancellationToken.None);
        await WaitForAsync(() => world.Aws.Eks.Find(arn)!.Status == "FAILED");
        return arn;
    }

    /// <summary>Executes by hand and waits for the end.</summary>
    public async Task<WatchedExecution> TakeAsync(string clusterArn) => await WatchAsync(await StartAsync(clusterArn));

    public Task<string> StartAsync(string clusterArn) =>
        world.StartExecutionAsync($$"""{"clusterArn":"{{clusterArn}}"}""", CancellationToken.None);

    /// <summary>Offboards by hand and waits for the end.</summary>
    public async Task<WatchedExecution> OffboardAsync(string clusterArn) =>
        await WatchAsync(await world.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{clusterArn}}"}""", CancellationToken.None));

    /// <summary>Nobody looks at the cluster any more: what runs in it would go on until the last test ends.</summary>
    public Task DoneWithAsync(string clusterArn) => world.DeleteClusterAsync(clusterArn, deliveries: 0, CancellationToken.None);

    /// <summary>What of ours there is for all that ever had this ARN.</summary>
    public IReadOnlyList<OwnThing> Left(string clusterArn) => [.. new Leftovers(world.Aws).Everything()
        .Where(thing => thing.Owner?.ClusterArn == clusterArn || thing.Name.Contains($"central-amp-{clusterArn.Split('/')[^1]}-", StringComparison.Ordinal))];

    /// <summary>The registry's items of all that ever had this ARN, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryEntry>> ItemsAsync(string clusterArn) =>
        [.. (await world.RegistryAsync(CancellationToken.None)).Where(item => item.ClusterArn == clusterArn).OrderBy(item => item.CreatedAt)];

    public Task<WatchedExecution> WatchAsync(string executionArn) =>
        watcher.WatchAsync(executionArn, passed: null, CancellationToken.None).WaitAsync(Limit);

    /// <summary>Executions that have to do with the cluster, however they were started.</summary>
    public async Task<IReadOnlyList<string>> ExecutionsOfAsync(string name) =>
        [.. (await world.Aws.ExecutionsAsync(CancellationToken.None))
            .Where(execution => execution.Input!.Contains($"\"{name}\"", StringComparison.Ordinal) || execution.Input.Contains($"cluster/{name}\"", StringComparison.Ordinal))
            .Select(execution => execution.Arn)];

    /// <summary>The Prometheus resource and its service account, byte for byte; of a cluster without them, "".</summary>
    public string Fingerprint(string clusterArn)
    {
        var cluster = world.ClusterOf(clusterArn);
        return cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)?.ToJsonString()
            + cluster.Snapshot("ServiceAccount", "monitoring", cluster.Names.Prometheus)?.ToJsonString();
    }

    /// <summary>Cluster-admin associations that are there now, settled or not.</summary>
    public IReadOnlyList<AssociatedPolicy> Elevations(string clusterArn) =>
        [.. world.Aws.Eks.Find(clusterArn)!.AccessEntries.Values.SelectMany(entry => entry.Policies)];

    /// <summary>Whether a call is about one cluster: tests share the record.</summary>
    public static bool IsAbout(RecordedCall call, string clusterArn, string name) =>
        call.Resource.Contains(clusterArn, StringComparison.Ordinal)
        || call.Resource.Contains($"central-amp-{name}-", StringComparison.Ordinal)
        || call.Caller.Contains($"central-amp-{name}-", StringComparison.Ordinal);

    public static Task WaitForAsync(Func<bool> condition) => WaitForAsync(() => Task.FromResult(condition()));

    public static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Limit;
        while (!await condition())
        {
            if (TimeProvider.System.GetUtcNow() >= deadline)
                throw new TimeoutException($"waited for more than {Limit.TotalSeconds:0} s");
            await Task.Delay(Poll);
        }
    }
}
