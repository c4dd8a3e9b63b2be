using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>The world of a scenario, with its expected outcomes, its checks, and methods that wait for a condition.</summary>
public sealed class ScenarioContext(TwinWorld world, RunView view, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Longer than an event takes to start an execution.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(4);

    /// <summary>Limit of every wait of a scenario.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Dictionary<ClusterIdentity, string> expected = [];
    private readonly List<CheckReport> checks = [];
    private readonly HashSet<ClusterIdentity> allowedRemaining = [];

    public TwinWorld World => world;

    public AwsTwin Aws => world.Aws;

    /// <summary>The expected outcome of each cluster, in the order in which the scenario set them.</summary>
    public IReadOnlyDictionary<ClusterIdentity, string> Expected => expected;

    public IReadOnlyList<CheckReport> Checks => checks;

    /// <summary>Cluster reports at the time of <see cref="FreezeAsync"/>; null: the report shows the clusters at the end.</summary>
    public IReadOnlyList<ClusterReport>? Frozen { get; private set; }

    /// <summary>State machines that the hub's template contains.</summary>
    public IReadOnlyList<Machine> Machines { get; } = [.. Enum.GetValues<Machine>().Where(machine => IsThere(world.Aws, machine))];

    public void Log(string sentence) => view.Step(sentence);

    public void Expect(ClusterIdentity cluster, string outcome) => expected[cluster] = outcome;

    /// <summary>Allows managed objects of an unreachable cluster to remain. The report lists them.</summary>
    public void AllowRemaining(ClusterIdentity cluster) => allowedRemaining.Add(cluster);

    /// <summary>Checks that managed objects remain only for verified clusters and for clusters that <see cref="AllowRemaining"/> names.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> RemainingObjects()
    {
        var managedObjects = new ManagedObjects(Aws);
        // After FreezeAsync the scenario offboards its clusters, so that verified ones have no objects either.
        var kept = expected.Where(cluster => cluster.Value == "Verified" && Frozen is null).Select(cluster => cluster.Key).ToHashSet();
        var wrong = managedObjects.ExceptOwnedBy(kept.Concat(allowedRemaining).ToHashSet());
        Check("no managed object remains where it should not", wrong.Count == 0, string.Join(", ", wrong.Values.SelectMany(names => names)));
        return managedObjects.ExceptOwnedBy(kept);
    }

    /// <param name="found">The value found; shown when the check fails.</param>
    public void Check(string sentence, bool isRight, object? found = null)
    {
        // Parts of a scenario run side by side.
        lock (checks)
            checks.Add(new CheckReport(sentence, isRight, isRight ? null : found?.ToString()));
        if (isRight)
            view.Step($"checked: {sentence}");
        else
            view.Problem($"wrong: {sentence}{(found is null ? "" : $" (found: {found})")}");
    }

    /// <summary>The cluster that has this ARN now.</summary>
    public ClusterIdentity Living(string clusterArn) => ClusterIdentity.Of(Aws.Eks.Find(clusterArn)!);

    /// <summary>Creates a cluster that becomes ACTIVE quickly.</summary>
    public async Task<string> CreateAsync(
        string account, string region, string name, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? tags = null, int deliveries = 1)
    {
        Log($"creating cluster {name} in {account}, {region}{(deliveries == 0 ? "; without a CreateCluster event" : "")}");
        return await world.CreateClusterAsync(account, region, name, tags ?? new Dictionary<string, string>(), Quick, deliveries, cancellationToken);
    }

    /// <summary>Deletes a cluster and waits until it is gone.</summary>
    public async Task DeleteAsync(string clusterArn, CancellationToken cancellationToken, int deliveries = 1)
    {
        var cluster = Aws.Eks.Find(clusterArn);
        Log($"deleting cluster {cluster!.Name} in {Arn.TryParse(clusterArn)!.AccountId}");
        await world.DeleteClusterAsync(clusterArn, deliveries, cancellationToken);
        await UntilAsync($"cluster {cluster.Name} is gone", () => Aws.Eks.Find(clusterArn) != cluster, cancellationToken);
    }

    /// <summary>Starts a state machine with manual input and waits until no execution runs.</summary>
    public async Task<TwinExecution> RunAsync(Machine machine, string input, CancellationToken cancellationToken)
    {
        var execution = await Aws.StartExecutionAsync(machine, input, cancellationToken);
        await QuietAsync(cancellationToken);
        return await Aws.ExecutionAsync(execution, cancellationToken);
    }

    /// <summary>Keeps the current cluster reports for the final report, whatever happens later.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken) => Frozen = await ScenarioRun.ClustersAsync(this, cancellationToken);

    /// <summary>Waits until no execution runs and none has started for <see cref="QuietFor"/>.</summary>
    public async Task QuietAsync(CancellationToken cancellationToken)
    {
        var (deadline, quietSince, count) = (time.GetUtcNow() + Limit, time.GetUtcNow(), -1);
        while (time.GetUtcNow() - quietSince < QuietFor)
        {
            await Task.Delay(Poll, time, cancellationToken);
            var executions = await ExecutionsAsync(cancellationToken);
            if (executions.Count != count || executions.Any(item => item.Execution.IsRunning))
                (quietSince, count) = (time.GetUtcNow(), executions.Count);
            if (time.GetUtcNow() > deadline)
                throw new TimeoutException("the executions did not end");
        }
    }

    public Task UntilAsync(string what, Func<bool> condition, CancellationToken cancellationToken) =>
        UntilAsync(what, () => Task.FromResult(condition()), cancellationToken);

    public async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + Limit;
        while (!await condition())
        {
            if (time.GetUtcNow() > deadline)
                throw new TimeoutException($"waited too long until {what}");
            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>Executions of all state machines, in the order in which they started.</summary>
    public async Task<IReadOnlyList<(Machine Machine, TwinExecution Execution)>> ExecutionsAsync(CancellationToken cancellationToken)
    {
        var all = new List<(Machine, TwinExecution Execution)>();
        foreach (var machine in Machines)
            all.AddRange((await Aws.ExecutionsAsync(machine, cancellationToken)).Select(execution => (machine, execution)));
        return [.. all.OrderBy(item => item.Execution.StartedAt)];
    }

    public async Task<RegistryEntry?> RegisteredAsync(ClusterIdentity cluster, CancellationToken cancellationToken) =>
        (await world.RegistryAsync(cancellationToken)).FirstOrDefault(item => item.ClusterArn == cluster.ClusterArn && item.CreatedAt == cluster.CreatedAt);

    private static ClusterBehaviour Quick { get; } = new() { ActiveAfter = TimeSpan.FromSeconds(1), OperatorAfter = TimeSpan.FromSeconds(1), PodStart = TimeSpan.FromMilliseconds(500) };

    private static bool IsThere(AwsTwin aws, Machine machine)
    {
        try
        {
            return aws.ArnOf(machine).Length > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
