using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Tests.Offboarding;

namespace CentralAmp.Explorer.Tests;

/// <summary>Runs one order and looks for what must not be.</summary>
internal static class Exploration
{
    /// <summary>How a cluster may stand when the first request comes.</summary>
    public static readonly string[] Initials = ["new", "verified", "optedOut", "offboarded"];

    /// <summary>A cluster that is gone needs two sweeps, and the sweep after the last one that started something must start nothing.</summary>
    private const int MostSweeps = 4;

    /// <returns>What is wrong, or null; and whether the order could be run: every execution had the state at which something was to happen.</returns>
    public static async Task<(string? Violation, bool Ran)> RunAsync(Order order)
    {
        using var scene = new Scene();
        var run = new Run(scene, order);
        try
        {
            await PrepareAsync(scene, order.Initial);
            await run.ExecuteAsync();
            return run.Ran ? (await SettleAsync(scene) ?? await FinalAsync(scene, order), true) : (null, false);
        }
        catch (Exception e)
        {
            return ($"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}", true);
        }
    }

    private static async Task PrepareAsync(Scene scene, string initial)
    {
        scene.World.Create();
        if (initial == "new")
        {
            return;
        }

        await scene.Executions.OnboardAsync(Executions.Event("CreateCluster"));
        if (initial == "offboarded")
        {
            await scene.Executions.OffboardAsync();
        }
        else if (initial == "optedOut")
        {
            scene.World.Current!.Tags[ClusterTags.Onboard] = "false";
            await scene.Executions.OnboardAsync();
        }
    }

    /// <summary>Sweeps until one does nothing.</summary>
    private static async Task<string?> SettleAsync(Scene scene)
    {
        IReadOnlyList<string> started = [];
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            // Longer than the pause after which what only an onboarding can find is tried again.
            scene.World.Clock.Advance(TimeSpan.FromHours(25));
            started = await scene.SweepAsync();
            if (started.Count == 0 && !scene.IsAnyMissing)
            {
                return null;
            }
        }

        return $"sweeps do not come to rest: {string.Join("; ", started)}";
    }

    private static async Task<string?> FinalAsync(Scene scene, Order order)
    {
        var (world, expected) = (scene.World, Expectation.Of(order));
        foreach (var item in await world.Registry.OfClusterAsync(world.Cluster.Arn, CancellationToken.None))
        {
            if (item.Elevation?.Expires > world.Clock.GetUtcNow() || item.Facts.Unfinished is not null)
            {
                return $"left: {item.Elevation}, {item.Facts.Unfinished}";
            }
        }

        for (var number = 1; number <= world.Incarnations; number++)
        {
            if (await OfClusterAsync(scene, world[number], world[number] == world.Current ? expected : [Standing.Off], order.Fault) is { } wrong)
            {
                return $"cluster {number}: {wrong}";
            }
        }

        return null;
    }

    private static async Task<string?> OfClusterAsync(Scene scene, Incarnation cluster, IReadOnlyCollection<Standing> expected, Fault fault)
    {
        var (world, remaining) = (scene.World, scene.World.RemainingOf(cluster));
        var item = await world.Registry.FindAsync(world.Cluster.Arn, cluster.CreatedAt, CancellationToken.None);
        bool Stands(Standing standing) => standing switch
        {
            Standing.On => world.Sends(cluster, scene.Routed) && item is { State: Outcome.Verified } && !remaining.Contains("elevation"),
            // Who opted out before anything was made may have no record, if the execution that was to write it was killed.
            Standing.Out => remaining.Count == 0 && item is null or { State: Outcome.OptedOut } or { State: null, Facts.IsAnything: false },
            _ => remaining.Count == 0 && item is null or { IsTombstone: true },
        };

        // Who was killed keeps the claim until the next execution takes it.
        return expected.Any(Stands) && (item?.Claim.Holder is null || fault == Fault.Kill)
            ? null
            : $"expected {string.Join(" or ", expected)}, but the registry says {item?.State} ({item?.Cause}), claim {item?.Claim}, it sends: {world.Sends(cluster, scene.Routed)}, remaining: {string.Join(", ", remaining)}";
    }

    /// <summary>The executions of one order.</summary>
    private sealed class Run(Scene scene, Order order)
    {
        /// <summary>The execution of each request so far, and how many states it has entered. A request may have none: null.</summary>
        private readonly List<(ExecutionReference? Execution, int States)> executions = [];
        private bool isFaulty;

        /// <summary>Writes so far of the execution that the next request waits for.</summary>
        private int writes;

        public bool Ran => executions.Count == order.Requests.Count && (isFaulty || order.Fault == Fault.None);

        public async Task ExecuteAsync()
        {
            foreach (var runner in scene.Executions.Runners)
            {
                runner.Entering = EnterAsync;
                runner.IsRepeated = (execution, number) => order.Fault == Fault.Repeat && IsFaulty(execution, number);
            }

            // Nothing of the fakes waits, so that a request which comes in the middle of a step runs to its end at once.
            scene.World.BeforeWrite = _ => WriteAsync().GetAwaiter().GetResult();
            await BeginAsync();
            scene.World.BeforeWrite = _ => { };
            foreach (var runner in scene.Executions.Runners)
            {
                runner.Entering = (_, _) => Task.CompletedTask;
                runner.IsRepeated = (_, _) => false;
            }
        }

        /// <summary>The next request comes, and runs to its end.</summary>
        private async Task BeginAsync()
        {
            var request = Request.Named(order.Requests[executions.Count]);
            executions.Add((null, 0));
            writes = 0;
            request.Change(scene.World);
            try
            {
                await request.ExecuteAsync(scene);
            }
            catch (KilledException)
            {
                // Only that execution ends.
            }
        }

        private async Task EnterAsync(ExecutionReference execution, int number)
        {
            var current = executions.FindIndex(known => known.Execution == execution);
            if (current < 0 && executions[^1].Execution is null)
            {
                current = executions.Count - 1;
            }

            if (current < 0)
            {
                // An execution that another one started, as the offboarding of an opt-out.
                return;
            }

            await RequireLeaseAsync();
            executions[current] = (execution, number);
            if (current == executions.Count - 1 && executions.Count < order.Requests.Count && order.Points[current] == new Point(number))
            {
                await BeginAsync();
            }

            if (IsFaulty(execution, number))
            {
                isFaulty = true;
                await FailAsync();
            }
        }

        private async Task WriteAsync()
        {
            var current = executions.Count - 1;
            if (current >= 0 && executions[current].Execution is not null && executions.Count < order.Requests.Count && order.Points[current] == new Point(++writes, IsWrite: true))
            {
                await BeginAsync();
            }
        }

        /// <summary>Whoever finds the cluster-admin must be able to see whose it is.</summary>
        private async Task RequireLeaseAsync()
        {
            // EKS acts by name: for a moment it may be the lease of a predecessor. In the middle of a step, the association may be there before its check.
            if (scene.World.Current is { Entries.Admin: true }
                && !order.Points.Any(point => point.IsWrite)
                && (await scene.World.Registry.OfClusterAsync(scene.World.Cluster.Arn, CancellationToken.None)).All(item => item.Elevation is null))
            {
                throw new InvalidOperationException("CentralAmpMember is cluster-admin without a lease.");
            }
        }

        private Task FailAsync()
        {
            scene.World.Clock.Advance(order.Fault == Fault.Delay ? TimeSpan.FromHours(2) : TimeSpan.Zero);
            return order.Fault == Fault.Kill ? throw new KilledException() : Task.CompletedTask;
        }

        private bool IsFaulty(ExecutionReference execution, int number) =>
            order.Fault != Fault.None
            && number == order.FaultState
            && executions.Count >= order.FaultyExecution
            && executions[order.FaultyExecution - 1].Execution == execution;
    }
}

/// <summary>How the living cluster is to stand in the end.</summary>
internal enum Standing
{
    On,
    Out,
    Off,
}

/// <summary>What the requests ask for together: the last word of each kind. Pure.</summary>
internal static class Expectation
{
    /// <returns>
    /// Two, if the execution of a person's request was killed: it may not have looked at the cluster yet, and then the person sees that it was aborted. Tags and
    /// clusters are looked at by the sweep.
    /// </returns>
    public static IReadOnlyCollection<Standing> Of(Order order)
    {
        var all = StandingAfter(order.Initial, order.Requests);
        return order.Fault == Fault.Kill && order.Requests[order.FaultyExecution - 1] is "offboard" or "reopen"
            ? [all, StandingAfter(order.Initial, order.Requests.Where((_, index) => index != order.FaultyExecution - 1))]
            : [all];
    }

    private static Standing StandingAfter(string initial, IEnumerable<string> requests)
    {
        var (optedOut, closed) = (initial == "optedOut", initial == "offboarded");
        foreach (var request in requests)
        {
            (optedOut, closed) = request switch
            {
                "out" => (true, closed),
                "in" => (false, closed),
                "offboard" => (optedOut, true),
                "reopen" => (optedOut, false),
                "recreate" => (false, false),
                _ => (optedOut, closed),
            };
        }

        return closed ? Standing.Off : optedOut ? Standing.Out : Standing.On;
    }
}
