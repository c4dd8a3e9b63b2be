using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>A cluster is created, deleted and created again. Its events arrive twice, late and out of order.</summary>
public sealed class EventOrderTests(SharedTwin twin)
{
    private static readonly ClusterBehaviour Quick = new()
    {
        ActiveAfter = TimeSpan.FromMilliseconds(200), OperatorAfter = TimeSpan.FromMilliseconds(200), PodStart = TimeSpan.FromMilliseconds(500),
    };

    [Fact]
    public async Task In_any_order_of_events_the_living_cluster_is_verified_and_its_predecessor_is_removed_completely() =>
        await Task.WhenAll(InOrderAsync("order-kept"), DeletionEventLastAsync("order-deletion-last"), CreationEventLastAsync("order-creation-last"));

    /// <summary>Events arrive in order, each of them twice.</summary>
    private async Task InOrderAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 2);
        await WaitForStatesAsync(arn, "Verified");
        await DeleteAsync(arn, deliveries: 2);
        await WaitForStatesAsync(arn, "Offboarded");
        await CreateAsync(name, deliveries: 2);
        await AssertEndsAsync(arn, "Offboarded", "Verified");
    }

    /// <summary>The DeleteCluster event arrives while the next cluster is onboarded, and again after that.</summary>
    private async Task DeletionEventLastAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 1);
        await WaitForStatesAsync(arn, "Verified");
        await DeleteAsync(arn, deliveries: 0);
        await CreateAsync(name, deliveries: 2);
        await twin.World.Aws.RepeatEventAsync(arn, "DeleteCluster", CancellationToken.None);
        await WaitForStatesAsync(arn, "Offboarded", "Verified");
        await twin.World.Aws.RepeatEventAsync(arn, "DeleteCluster", CancellationToken.None);
        await AssertEndsAsync(arn, "Offboarded", "Verified");
    }

    /// <summary>The CreateCluster event arrives after the cluster was deleted, and again together with the event of the next cluster.</summary>
    private async Task CreationEventLastAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 0);
        var creation = twin.World.Aws.CloudTrail.History.Single(happened => happened.ClusterArn == arn && happened.Name == "CreateCluster");
        await DeleteAsync(arn, deliveries: 2);
        await twin.World.Aws.CloudTrail.DeliverAsync(creation, CancellationToken.None);
        await WaitUntilIdleAsync(arn, executions: 3);
        Assert.Empty(twin.Workflows.ManagedObjects(arn));
        Assert.DoesNotContain(await twin.Workflows.ItemsAsync(arn), item => item.State == "Verified");

        await CreateAsync(name, deliveries: 1);
        await twin.World.Aws.CloudTrail.DeliverAsync(creation, CancellationToken.None);
        await AssertEndsAsync(arn, "Verified");
    }

    private Task<string> CreateAsync(string name, int deliveries) => twin.World.CreateClusterAsync(name, Quick, deliveries, CancellationToken.None);

    private async Task DeleteAsync(string arn, int deliveries)
    {
        var cluster = twin.World.Aws.Eks.Find(arn);
        await twin.World.DeleteClusterAsync(arn, deliveries, CancellationToken.None);
        await Workflows.WaitForAsync(() => twin.World.Aws.Eks.Find(arn) != cluster);
    }

    /// <param name="states">States of all clusters that had the ARN, the oldest first.</param>
    private async Task WaitForStatesAsync(string arn, params string[] states)
    {
        try
        {
            await Workflows.WaitForAsync(async () => (await StatesAsync(arn)).SequenceEqual(states));
        }
        catch (TimeoutException late)
        {
            var found = (await twin.Workflows.ItemsAsync(arn)).Select(item => $"{item.State} {item["cause"]} {item["sentence"]}");
            Assert.Fail($"{late.Message}: expected {string.Join(", ", states)}, found {string.Join("; ", found)}");
        }
    }

    private async Task AssertEndsAsync(string arn, params string[] states)
    {
        await WaitForStatesAsync(arn, states);
        await WaitUntilIdleAsync(arn, executions: 1);
        Assert.Equal(states, await StatesAsync(arn));

        var living = ClusterIdentity.Of(twin.World.Aws.Eks.Find(arn)!);
        Assert.All(twin.Workflows.ManagedObjects(arn), item => Assert.Equal(living, item.Owner));
        Assert.Single(twin.World.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values, role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == arn);
        var cluster = twin.World.ClusterOf(arn);
        Assert.Single(cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!["spec"]!["remoteWrite"]!.AsArray());
        Assert.Empty(twin.Workflows.Elevations(arn));
        Assert.Empty(cluster.PodFailures);
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    private async Task<IEnumerable<string?>> StatesAsync(string arn) => (await twin.Workflows.ItemsAsync(arn)).Select(item => item.State).Where(state => state is not null);

    /// <summary>Waits until no execution has run for the cluster for longer than an event takes to start one.</summary>
    private async Task WaitUntilIdleAsync(string arn, int executions)
    {
        var (idlePolls, name) = (0, arn.Split('/')[^1]);
        await Workflows.WaitForAsync(async () =>
        {
            var all = (await twin.World.Aws.ExecutionsAsync(Machine.Onboard, CancellationToken.None)).Concat(await twin.World.Aws.ExecutionsAsync(Machine.Offboard, CancellationToken.None))
                .Where(execution => execution.Input!.Contains($"\"{name}\"", StringComparison.Ordinal)).ToList();
            idlePolls = all.Count >= executions && all.All(execution => !execution.IsRunning) ? idlePolls + 1 : 0;
            return idlePolls > 7;
        });
    }
}
