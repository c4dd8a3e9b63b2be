using CentralAmp.Twin;
using CentralAmp.Twin.Aws;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Executions of one cluster that come while another one is at work or waits.</summary>
public sealed class BesideEachOtherTests(SharedTwin twin)
{
    private const int TagCalls = 20;

    [Fact]
    public async Task Twenty_tag_calls_on_a_parked_cluster_leave_one_execution_that_waits()
    {
        const string Name = "tagged-often";
        var bare = new ClusterBehaviour { HasOperator = false, Nodes = 0, ActiveAfter = TimeSpan.FromMilliseconds(200) };
        var arn = await twin.World.CreateClusterAsync(twin.World.MemberAccount, twin.World.Region, Name, Tags("full"), bare, deliveries: 0, CancellationToken.None);
        var first = await twin.Workflows.StartOnboardingAsync(arn);
        await WaitForStateAsync(arn, "Parked");
        for (var call = 0; call < TagCalls; call++)
        {
            await twin.World.Aws.TagClusterAsync(arn, Nullable(Tags(call % 2 == 0 ? "minimal" : "full")), CancellationToken.None);
        }

        // One for each call: the tag is CentralAmp's.
        await Workflows.WaitForAsync(async () => (await ExecutionsAsync(Name)).Count == TagCalls + 1);
        await Workflows.WaitForAsync(async () => (await ExecutionsAsync(Name)).Count(execution => execution.IsRunning) == 1);
        Assert.DoesNotContain(await ExecutionsAsync(Name), execution => execution.Arn == first && execution.IsRunning);
        await WaitForStateAsync(arn, "Parked");

        // Somebody else's tags start an execution that ends before the cluster is described.
        var position = twin.World.Calls.Position;
        await twin.World.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["owner"] = "team-a" }, CancellationToken.None);
        await Workflows.WaitForAsync(async () => (await ExecutionsAsync(Name)).Count == TagCalls + 2);
        await Workflows.WaitForAsync(async () => (await ExecutionsAsync(Name)).Count(execution => execution.IsRunning) == 1);
        Assert.NotEmpty(twin.World.Calls.Since(position));
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    [Fact]
    public async Task A_cluster_that_opts_out_in_the_middle_of_its_first_onboarding_has_nothing_and_sends_nothing()
    {
        const string Name = "opts-out-early";
        var arn = await twin.Workflows.SettledClusterAsync(Name, new ClusterBehaviour { PodStart = TimeSpan.FromSeconds(3) });
        var position = twin.World.Calls.Position;
        var onboarding = await twin.Workflows.StartOnboardingAsync(arn);
        await Workflows.WaitForAsync(() => twin.World.Calls.Since(position).Any(call => call.Action == "CreateRole" && Workflows.IsAbout(call, arn, Name)));
        await twin.World.Aws.TagClusterAsync(arn, new Dictionary<string, string?> { ["central-amp:onboard"] = "false" }, CancellationToken.None);

        await WaitForStateAsync(arn, "OptedOut");
        Assert.Equal("Superseded", (string?)(await twin.Workflows.WatchAsync(onboarding)).Record?["outcome"]);
        var cluster = twin.World.ClusterOf(arn);
        Assert.Null(cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!["spec"]!["remoteWrite"]);
        Assert.DoesNotContain(twin.Workflows.ManagedObjects(arn), item => item.Name.Contains(":role/", StringComparison.Ordinal));
        Assert.Empty(twin.Workflows.Elevations(arn));
        Assert.Empty(cluster.PodFailures);
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    private static Dictionary<string, string> Tags(string profile) => new() { ["central-amp:profile"] = profile };

    private static Dictionary<string, string?> Nullable(Dictionary<string, string> tags) => tags.ToDictionary(tag => tag.Key, tag => (string?)tag.Value);

    private async Task<IReadOnlyList<ExecutionFound>> ExecutionsAsync(string name) =>
        [.. (await twin.World.Aws.ExecutionsAsync(Machine.Onboard, CancellationToken.None))
            .Where(execution => execution.Input!.Contains($"cluster/{name}\"", StringComparison.Ordinal) || execution.Input.Contains($"\"{name}\"", StringComparison.Ordinal)
                || execution.Input.Contains($"cluster%2F{name}\"", StringComparison.Ordinal))
            .Select(execution => new ExecutionFound(execution.Arn, execution.IsRunning))];

    private async Task WaitForStateAsync(string arn, string state)
    {
        try
        {
            await Workflows.WaitForAsync(async () => (await twin.Workflows.ItemsAsync(arn)).Select(item => item.State).SequenceEqual([state]));
        }
        catch (TimeoutException late)
        {
            Assert.Fail($"{late.Message}: expected {state}, found {string.Join("; ", (await twin.Workflows.ItemsAsync(arn)).Select(item => $"{item.State} {item["cause"]} {item["sentence"]}"))}");
        }
    }

    private sealed record ExecutionFound(string Arn, bool IsRunning);
}
