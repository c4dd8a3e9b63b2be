using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>
/// A cluster is created, deleted and created again under the same name. CloudTrail's events of the three calls arrive in every order, once or
/// twice each, each at any later moment. In the end the living cluster sends, and the deleted one is removed completely.
/// </summary>
public sealed class RecreationTests
{
    /// <summary>The moments in EKS, in their order.</summary>
    private enum Moment
    {
        Nothing,
        Created,
        BeingDeleted,
        Gone,
        CreatedAgain,
    }

    private static readonly (string Call, Moment Earliest)[] Calls =
        [("CreateCluster", Moment.Created), ("DeleteCluster", Moment.BeingDeleted), ("CreateCluster", Moment.CreatedAgain)];

    [Theory]
    [InlineData(TrustModes.Direct, 3, 1000)]
    [InlineData(TrustModes.Chained, 1, 200)]
    public async Task Events_in_every_order_once_or_twice_and_late_reach_the_desired_state(string mode, int mostDoubled, int atLeast)
    {
        var stories = Stories(mostDoubled).ToList();
        Assert.InRange(stories.Count, atLeast, 10_000);
        await Parallel.ForEachAsync(stories, async (story, _) =>
        {
            using var world = new World(Some.Settings with { TrustMode = mode });
            await PlayAsync(world, story);
        });
    }

    [Fact]
    public async Task A_cluster_recreated_at_any_state_of_its_onboarding_reaches_the_desired_state()
    {
        for (var state = 2; state <= 40; state++)
        {
            using var world = new World();
            var executions = new Executions(world);
            var old = world.Create();
            executions.Meanwhile = (state, async () =>
            {
                world.BeginDeletion();
                await executions.OffboardAsync(Executions.Event("DeleteCluster"));
                world.Create();
            });
            await executions.OnboardAsync(Executions.Event("CreateCluster"));
            if (world.Current == old)
            {
                // The execution ended before that state.
                break;
            }

            await executions.OnboardAsync(Executions.Event("CreateCluster"));
            await AssertAsync(world, old, $"interrupted at state {state}");
        }
    }

    [Fact]
    public async Task A_cluster_offboarded_at_any_state_of_its_onboarding_is_removed_completely_by_a_second_offboarding()
    {
        for (var state = 2; state <= 40; state++)
        {
            using var world = new World();
            var executions = new Executions(world);
            var (cluster, interrupted) = (world.Create(), false);
            executions.Meanwhile = (state, async () =>
            {
                interrupted = true;
                await executions.OffboardAsync();
            });
            await executions.OnboardAsync();
            if (!interrupted)
            {
                break;
            }

            await executions.OffboardAsync();
            Assert.True(world.RemainingOf(cluster).Count == 0, $"interrupted at state {state}: {string.Join(", ", world.RemainingOf(cluster))}");
        }
    }

    private static async Task PlayAsync(World world, IReadOnlyList<(int Call, Moment At)> story)
    {
        var executions = new Executions(world);
        var now = Moment.Nothing;
        foreach (var (call, at) in story)
        {
            now = Advance(world, now, at);
            world.Clock.Advance(TimeSpan.FromMinutes(3));
            var input = Executions.Event(Calls[call].Call);
            await (Calls[call].Call == "CreateCluster" ? executions.OnboardAsync(input) : executions.OffboardAsync(input));
            // An execution may have waited for the deletion.
            now = now == Moment.BeingDeleted && world.Current is null ? Moment.Gone : now;
        }

        await AssertAsync(world, world[1], string.Join(", ", story.Select(delivered => $"{Calls[delivered.Call].Call}{delivered.Call} at {delivered.At}")));
    }

    private static Moment Advance(World world, Moment now, Moment to)
    {
        for (; now < to; now++)
        {
            Action happen = now switch
            {
                Moment.BeingDeleted => world.EndDeletion,
                Moment.Created => world.BeginDeletion,
                _ => () => world.Create(),
            };
            happen();
        }

        return now;
    }

    private static async Task AssertAsync(World world, Incarnation deleted, string story)
    {
        Assert.True(world.Sends(world.Current!), $"The living cluster does not send: {story}");
        Assert.True(world.RemainingOf(deleted).Count == 0, $"Objects of the deleted cluster remain: {string.Join(", ", world.RemainingOf(deleted))}: {story}");
        var items = await world.Registry.OfClusterAsync(world.Cluster.Arn, TestContext.Current.CancellationToken);
        Assert.All(items, item => Assert.Equal((item.CreatedAt == deleted.CreatedAt ? Outcome.Offboarded : Outcome.Verified, story), (item.State!.Value, story)));
        Assert.Contains(items, item => item.CreatedAt == world.Current!.CreatedAt);
        Assert.Equal((1, story), (world.Workspaces.Expected(Some.WorkspaceArn, "shop.us-east-1.222222222222"), story));
    }

    /// <summary>Every order of the three events with none, some or all of them doubled, and every moment at which each of them may arrive.</summary>
    private static IEnumerable<IReadOnlyList<(int Call, Moment At)>> Stories(int mostDoubled)
    {
        foreach (var doubled in Enumerable.Range(0, 8).Where(set => int.PopCount(set) <= mostDoubled))
        {
            var remaining = Calls.Select((_, call) => (doubled & (1 << call)) == 0 ? 1 : 2).ToArray();
            foreach (var story in Continue(remaining, Moment.Nothing, []))
            {
                yield return story;
            }
        }
    }

    private static IEnumerable<IReadOnlyList<(int Call, Moment At)>> Continue(int[] remaining, Moment now, IReadOnlyList<(int Call, Moment At)> delivered)
    {
        if (remaining.All(count => count == 0))
        {
            yield return delivered;
            yield break;
        }

        for (var call = 0; call < remaining.Length; call++)
        {
            if (remaining[call] == 0)
            {
                continue;
            }

            var fewer = remaining.ToArray();
            fewer[call]--;
            for (var at = (Moment)Math.Max((int)now, (int)Calls[call].Earliest); at <= Moment.CreatedAgain; at++)
            {
                foreach (var story in Continue(fewer, at, [.. delivered, (call, at)]))
                {
                    yield return story;
                }
            }
        }
    }
}
