using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Runs;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>What scenarios have in common: a world, waiting for it, what they expect of clusters, and what they check besides.</summary>
public sealed class Stage(TwinWorld world, RunView view, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Events take a moment to start anything; after so long without, nothing more comes.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(4);

    /// <summary>No wait of a scenario takes longer on a machine that can play it at all.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Incarnation, string> expected = [];
    private readonly List<CheckReport> checks = [];
    private readonly HashSet<Incarnation> mayLeave = [];

    public TwinWorld World => world;

    public AwsTwin Aws => world.Aws;

    /// <summary>What each cluster must end as, in the order in which it was said.</summary>
    public IReadOnlyDictionary<Incarnation, string> Expected => expected;

    public IReadOnlyList<CheckReport> Checks => checks;

    /// <summary>How the clusters stood when they were last looked at; null: at the end.</summary>
    public IReadOnlyList<ClusterReport>? Frozen { get; private set; }

    /// <summary>State machines that the hub's template has.</summary>
    public IReadOnlyList<Machine> Machines { get; } = [.. Enum.GetValues<Machine>().Where(machine => IsThere(world.Aws, machine))];

    public void Say(string sentence) => view.Step(sentence);

    public void Expect(Incarnation cluster, string outcome) => expected[cluster] = outcome;

    /// <summary>Of a cluster that cannot be entered something stays, and is named.</summary>
    public void MayLeave(Incarnation cluster) => mayLeave.Add(cluster);

    /// <summary>What is verified shall be there, and of what may leave something it may; there must be nothing else of ours.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Left()
    {
        var leftovers = new Leftovers(Aws);
        // What was taken back after the outcomes were written down leaves nothing.
        var kept = expected.Where(cluster => cluster.Value == "Verified" && Frozen is null).Select(cluster => cluster.Key).ToHashSet();
        var wrong = leftovers.ExceptOf(kept.Concat(mayLeave).ToHashSet());
        Check("nothing of ours is left where it should not be", wrong.Count == 0, string.Join(", ", wrong.Values.SelectMany(names => names)));
        return leftovers.ExceptOf(kept);
    }

    /// <param name="found">What was found instead; shown when it is wrong.</param>
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
    public Incarnation Living(string clusterArn) => Incarnation.Of(Aws.Eks.Find(clusterArn)!);

    /// <summary>Creates a cluster that settles quickly, and says so.</summary>
    public async Task<string> CreateAsync(
        string account, string region, string name, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? tags = null, int deliveries = 1)
    {
        Say($"creating cluster {name} in {account}, {region}{(deliveries == 0 ? "; nobody is told of it" : "")}");
        return await world.CreateClusterAsync(account, region, name, tags ?? new Dictionary<string, string>(), Quick, deliveries, cancellationToken);
    }

    /// <summary>Deletes a cluster and waits until it is gone.</summary>
    public async Task DeleteAsync(string clusterArn, CancellationToken cancellationToken, int deliveries = 1)
    {
        var cluster = Aws.Eks.Find(clusterArn);
        Say($"deleting cluster {cluster!.Name} in {Arn.TryParse(clusterArn)!.AccountId}");
        await world.DeleteClusterAsync(clusterArn, deliveries, cancellationToken);
        await UntilAsync($"cluster {cluster.Name} is gone", () => Aws.Eks.Find(clusterArn) != cluster, cancellationToken);
    }

    /// <summary>Starts a state machine by hand and waits until everything is quiet.</summary>
    public async Task<TwinExecution> RunAsync(Machine machine, string input, CancellationToken cancellationToken)
    {
        var execution = await Aws.StartExecutionAsync(machine, input, cancellationToken);
        await QuietAsync(cancellationToken);
        return await Aws.ExecutionAsync(execution, cancellationToken);
    }

    /// <summary>Writes the outcomes down as they are now: what comes later is not in the report.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken) => Frozen = await ScenarioRun.ClustersAsync(this, cancellationToken);

    /// <summary>Until nothing runs, and nothing has been started for a while.</summary>
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
                throw new TimeoutException("the executions did not come to an end");
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

    public async Task<RegistryEntry?> RegisteredAsync(Incarnation cluster, CancellationToken cancellationToken) =>
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
