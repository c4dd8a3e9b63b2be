using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Creates clusters in a twin, runs the workflows for them, and reads the results.</summary>
public sealed class Workflows(TwinWorld world)
{
    // All tests run at once on two processors. A healthy run never takes this long.
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(420);

    // Every poll costs time of the local AWS, whose one thread all tests share.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);

    private readonly ExecutionWatcher watcher = new(world.Aws, TimeProvider.System);

    /// <summary>An ACTIVE cluster whose stack is installed and whose pods are ready. CentralAmp got no event for it.</summary>
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

    /// <summary>Starts the onboarding workflow with manual input and waits for its end.</summary>
    public async Task<WatchedExecution> OnboardAsync(string clusterArn) => await WatchAsync(await StartOnboardingAsync(clusterArn));

    public Task<string> StartOnboardingAsync(string clusterArn) =>
        world.StartExecutionAsync($$"""{"clusterArn":"{{clusterArn}}"}""", CancellationToken.None);

    /// <summary>Starts the offboarding workflow with manual input and waits for its end.</summary>
    public async Task<WatchedExecution> OffboardAsync(string clusterArn) =>
        await WatchAsync(await world.Aws.StartExecutionAsync(Machine.Offboard, $$"""{"clusterArn":"{{clusterArn}}"}""", CancellationToken.None));

    /// <summary>Frees the resources of a cluster that no test needs any more. Its processes would otherwise run until the last test ends.</summary>
    public Task DeleteClusterAsync(string clusterArn) => world.DeleteClusterAsync(clusterArn, deliveries: 0, CancellationToken.None);

    /// <summary>Managed objects of every cluster that ever had this ARN.</summary>
    public IReadOnlyList<ManagedObject> ManagedObjects(string clusterArn) => [.. new ManagedObjects(world.Aws).All()
        .Where(item => item.Owner?.ClusterArn == clusterArn || item.Name.Contains($"central-amp-{clusterArn.Split('/')[^1]}-", StringComparison.Ordinal))];

    /// <summary>Registry items of every cluster that ever had this ARN, the oldest first.</summary>
    public async Task<IReadOnlyList<RegistryEntry>> ItemsAsync(string clusterArn) =>
        [.. (await world.RegistryAsync(CancellationToken.None)).Where(item => item.ClusterArn == clusterArn).OrderBy(item => item.CreatedAt)];

    public Task<WatchedExecution> WatchAsync(string executionArn) =>
        watcher.WatchAsync(executionArn, passed: null, CancellationToken.None).WaitAsync(Limit);

    /// <summary>Executions whose input names the cluster, whether an event or a test started them.</summary>
    public async Task<IReadOnlyList<string>> ExecutionsOfAsync(string name) =>
        [.. (await world.Aws.ExecutionsAsync(CancellationToken.None))
            .Where(execution => execution.Input!.Contains($"\"{name}\"", StringComparison.Ordinal) || execution.Input.Contains($"cluster/{name}\"", StringComparison.Ordinal))
            .Select(execution => execution.Arn)];

    /// <summary>The Prometheus resource and its service account, byte for byte; "" for a cluster without them.</summary>
    public string Fingerprint(string clusterArn)
    {
        var cluster = world.ClusterOf(clusterArn);
        return cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)?.ToJsonString()
            + cluster.Snapshot("ServiceAccount", "monitoring", cluster.Names.Prometheus)?.ToJsonString();
    }

    /// <summary>Current cluster-admin associations, in effect or not yet.</summary>
    public IReadOnlyList<AssociatedPolicy> Elevations(string clusterArn) =>
        [.. world.Aws.Eks.Find(clusterArn)!.AccessEntries.Values.SelectMany(entry => entry.Policies)];

    /// <summary>Whether a call concerns one cluster. All tests share the record of calls.</summary>
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
