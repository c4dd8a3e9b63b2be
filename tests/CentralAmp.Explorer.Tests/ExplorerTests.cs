using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace CentralAmp.Explorer.Tests;

/// <summary>Executions of one cluster beside each other, in every order, over the deployed state machines and the real steps.</summary>
public sealed class ExplorerTests(ITestOutputHelper output)
{
    /// <summary>A script that a failure printed: that order alone is run again.</summary>
    private const string OneOrder = "CENTRALAMP_EXPLORE_ORDER";

    /// <summary>How long orders at random are run; without it, as many as fit into the suite.</summary>
    private const string Minutes = "CENTRALAMP_EXPLORE_MINUTES";

    /// <summary>The first of these orders at random; a failure prints it.</summary>
    private const string Seed = "CENTRALAMP_EXPLORE_SEED";

    /// <summary>More than any execution has.</summary>
    private const int MostStates = 60;

    /// <summary>States of a first onboarding.</summary>
    private const int UsualStates = 28;

    private const int OrdersOfTheSuite = 1500;
    private const int Printed = 40;

    [Fact]
    public async Task Every_pair_of_executions_ends_as_the_last_request_asks()
    {
        if (Environment.GetEnvironmentVariable(OneOrder) is { Length: > 0 } script)
        {
            var (violation, ran) = await Exploration.RunAsync(Order.Parse(script));
            Assert.True(ran && violation is null, violation ?? "The order could not be run.");
            return;
        }

        var pairs = Exploration.Initials.SelectMany(initial => Request.All.SelectMany(first => Request.All.Select(second => (initial, first: first.Name, second: second.Name))));
        var found = new Findings();
        await Parallel.ForEachAsync(pairs, async (pair, _) =>
        {
            for (var state = 1; state <= MostStates && await found.RunAsync(new Order(pair.initial, [pair.first, pair.second], [new Point(state)])); state++)
            {
            }
        });
        output.WriteLine($"{found}");
        // Fewer would mean that the executions no longer pass through the states.
        Assert.True(found.Orders > 5000 && found.IsEmpty, $"{found}");
    }

    /// <summary>Two or three requests, one of which is killed, repeated or delayed at one of its states.</summary>
    [Fact]
    public async Task Orders_at_random_with_kills_repetitions_and_delays_end_as_the_last_request_asks()
    {
        var limit = Environment.GetEnvironmentVariable(Minutes) is { Length: > 0 } minutes
            ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture))
            : (TimeSpan?)null;
        var seed = Environment.GetEnvironmentVariable(Seed) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : limit is null ? 1 : Environment.TickCount & int.MaxValue;
        var (found, watch) = (new Findings(), Stopwatch.StartNew());
        var numbers = Enumerable.Range(0, int.MaxValue).TakeWhile(number => limit is null ? number < OrdersOfTheSuite : watch.Elapsed < limit);
        await Parallel.ForEachAsync(numbers, async (number, _) => await found.RunAsync(AtRandom(new Random(unchecked((seed * 1_000_003) + number)))));
        output.WriteLine($"seed {seed}: {found}");
        Assert.True(found.Orders > 200 && found.IsEmpty, $"seed {seed}: {found}");
    }

    [Theory]
    [InlineData("verified: create | out@5")]
    [InlineData("new: create | offboard@w12 kill 1@17")]
    [InlineData("optedOut: in | reroute@9 | reopen@3 delay 3@7")]
    public void An_order_is_its_script(string script) => Assert.Equal(script, Order.Parse(script).ToString());

    private static Order AtRandom(Random random)
    {
        var requests = Enumerable.Range(0, random.Next(2, 4)).Select(_ => Request.All[random.Next(Request.All.Count)].Name).ToList();
        return new Order(
            Exploration.Initials[random.Next(Exploration.Initials.Length)],
            requests,
            [.. requests.Skip(1).Select((request, index) => new Point(random.Next(1, UsualStates), IsWrite: CanBeginInAWrite(requests[index], request) && random.Next(2) == 0))],
            (Fault)random.Next(1, 4),
            random.Next(1, requests.Count + 1),
            random.Next(1, UsualStates));
    }

    /// <summary>
    /// Between the check of the claim and the call itself, AWS and Kubernetes cannot refuse it. What is made late is taken back, because the item says so. A
    /// deletion on its way takes what a younger onboarding needs until the next sweep, and an access entry made by name may be a successor's: no check can be
    /// in time for these.
    /// </summary>
    private static bool CanBeginInAWrite(string during, string request) =>
        during is not ("out" or "offboard" or "delete" or "recreate" or "sweep") && request is not ("recreate" or "delete");

    /// <summary>The orders that were run, and what was wrong.</summary>
    private sealed class Findings
    {
        private readonly ConcurrentBag<string> violations = [];
        private readonly Stopwatch watch = Stopwatch.StartNew();
        private int orders;

        public int Orders => orders;

        public bool IsEmpty => violations.IsEmpty;

        /// <returns>Whether the order could be run.</returns>
        public async Task<bool> RunAsync(Order order)
        {
            var (violation, ran) = await Exploration.RunAsync(order);
            if (violation is not null)
            {
                violations.Add($"{order}  {violation}");
            }

            if (ran)
            {
                Interlocked.Increment(ref orders);
            }

            return ran;
        }

        public override string ToString() =>
            $"{orders} orders in {watch.Elapsed.TotalSeconds:0} s, {violations.Count} violations\n{string.Join('\n', violations.Order(StringComparer.Ordinal).Take(Printed))}";
    }
}
