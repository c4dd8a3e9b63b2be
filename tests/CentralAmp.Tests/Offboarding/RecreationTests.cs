using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

/// <summary>
/// A cluster is created, deleted and created again under the same name. CloudTrail's events of the three calls come in every order, once or
/// twice each, each at any later moment of that story; in the end the living cluster sends, and of the dead one nothing is left.
/// </summary>
public sealed class RecreationTests
{
    /// <summary>What happened in EKS, in its order.</summary>
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
    public async Task Events_in_every_order_once_or_twice_and_late_end_well(string mode, int mostDoubled, int atLeast)
    {
        var stories = Stories(mostDoubled).ToList();
        Assert.InRange(stories.Count, atLeast, 10_000);
        await Parallel.ForEachAsync(stories, async (story, _) =>
        {
            using var world = new World(Some.Settings with { TrustMode = mode });
            await TellAsync(world, story);
        });
    }

    [Fact]
    public async Task Whatever_an_onboarding_was_at_when_its_cluster_went_and_came_again_ends_well()
    {
        for (var state = 2; state <= 40; state++)
        {
            using var world = new World();
            var roads = new Executions(world);
            var old = world.Create();
            roads.Meanwhile = (state, async () =>
            {
                world.BeginDeletion();
                await roads.OffboardAsync(Executions.Event("DeleteCluster"));
                world.Create();
            });
            await roads.OnboardAsync(Executions.Event("CreateCluster"));
            if (world.Current == old)
            {
                // It had ended before.
                break;
            }

            await roads.OnboardAsync(Executions.Event("CreateCluster"));
            await AssertAsync(world, old, $"interrupted at state {state}");
        }
    }

    [Fact]
    public async Task Whatever_an_onboarding_was_at_when_a_person_offboarded_its_cluster_nothing_is_left_after_asking_again()
    {
        for (var state = 2; state <= 40; state++)
        {
            using var world = new World();
            var roads = new Executions(world);
            var (cluster, interrupted) = (world.Create(), false);
            roads.Meanwhile = (state, async () =>
            {
                interrupted = true;
                await roads.OffboardAsync();
            });
            await roads.OnboardAsync();
            if (!interrupted)
            {
                break;
            }

            await roads.OffboardAsync();
            Assert.True(world.LeftOf(cluster).Count == 0, $"interrupted at state {state}: {string.Join(", ", world.LeftOf(cluster))}");
        }
    }

    private static async Task TellAsync(World world, IReadOnlyList<(int Call, Moment At)> story)
    {
        var roads = new Executions(world);
        var now = Moment.Nothing;
        foreach (var (call, at) in story)
        {
            now = Advance(world, now, at);
            world.Clock.Advance(TimeSpan.FromMinutes(3));
            var input = Executions.Event(Calls[call].Call);
            await (Calls[call].Call == "CreateCluster" ? roads.OnboardAsync(input) : roads.OffboardAsync(input));
            // An execution may have waited for the deletion.
            now = now == Moment.BeingDeleted && world.Current is null ? Moment.Gone : now;
        }

        await AssertAsync(world, world[1], string.Join(", ", story.Select(told => $"{Calls[told.Call].Call}{told.Call} at {told.At}")));
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

    private static async Task AssertAsync(World world, Incarnation dead, string story)
    {
        Assert.True(world.Sends(world.Current!), $"The living cluster does not send: {story}");
        Assert.True(world.LeftOf(dead).Count == 0, $"Of the dead cluster is left: {string.Join(", ", world.LeftOf(dead))}: {story}");
        var items = await world.Registry.OfClusterAsync(world.Cluster.Arn, TestContext.Current.CancellationToken);
        Assert.All(items, item => Assert.Equal((item.CreatedAt == dead.CreatedAt ? Outcome.Offboarded : Outcome.Verified, story), (item.State!.Value, story)));
        Assert.Contains(items, item => item.CreatedAt == world.Current!.CreatedAt);
        Assert.Equal((1, story), (world.Told.Expected(Some.WorkspaceArn, "shop.us-east-1.222222222222"), story));
    }

    /// <summary>Every order of the three events with none, some or all of them doubled, and every moment at which each of them may come.</summary>
    private static IEnumerable<IReadOnlyList<(int Call, Moment At)>> Stories(int mostDoubled)
    {
        foreach (var doubled in Enumerable.Range(0, 8).Where(set => int.PopCount(set) <= mostDoubled))
        {
            var left = Calls.Select((_, call) => (doubled & (1 << call)) == 0 ? 1 : 2).ToArray();
            foreach (var story in Continue(left, Moment.Nothing, []))
            {
                yield return story;
            }
        }
    }

    private static IEnumerable<IReadOnlyList<(int Call, Moment At)>> Continue(int[] left, Moment now, IReadOnlyList<(int Call, Moment At)> told)
    {
        if (left.All(count => count == 0))
        {
            yield return told;
            yield break;
        }

        for (var call = 0; call < left.Length; call++)
        {
            if (left[call] == 0)
            {
                continue;
            }

            var fewer = left.ToArray();
            fewer[call]--;
            for (var at = (Moment)Math.Max((int)now, (int)Calls[call].Earliest); at <= Moment.CreatedAgain; at++)
            {
                foreach (var story in Continue(fewer, at, [.. told, (call, at)]))
                {
                    yield return story;
                }
            }
        }
    }
}
