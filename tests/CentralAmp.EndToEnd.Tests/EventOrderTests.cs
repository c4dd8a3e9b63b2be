using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>A cluster is created, deleted and created again; events of it come twice, late, and in another order.</summary>
public sealed class EventOrderTests(SharedTwin twin)
{
    private static readonly ClusterBehaviour Quick = new()
    {
        ActiveAfter = TimeSpan.FromMilliseconds(200), OperatorAfter = TimeSpan.FromMilliseconds(200), PodStart = TimeSpan.FromMilliseconds(500),
    };

    [Fact]
    public async Task In_whatever_order_events_come_the_cluster_that_lives_is_verified_and_the_one_before_leaves_nothing() =>
        await Task.WhenAll(InOrderAsync("order-kept"), DeletionLastAsync("order-deletion-last"), CreationLastAsync("order-creation-last"));

    /// <summary>Everything twice.</summary>
    private async Task InOrderAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 2);
        await BecomesAsync(arn, "Verified");
        await DeleteAsync(arn, deliveries: 2);
        await BecomesAsync(arn, "Offboarded");
        await CreateAsync(name, deliveries: 2);
        await EndsRightAsync(arn, "Offboarded", "Verified");
    }

    /// <summary>The deletion is told of while the next cluster is onboarded, and again when that is done.</summary>
    private async Task DeletionLastAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 1);
        await BecomesAsync(arn, "Verified");
        await DeleteAsync(arn, deliveries: 0);
        await CreateAsync(name, deliveries: 2);
        await twin.World.Aws.RepeatEventAsync(arn, "DeleteCluster", CancellationToken.None);
        await BecomesAsync(arn, "Offboarded", "Verified");
        await twin.World.Aws.RepeatEventAsync(arn, "DeleteCluster", CancellationToken.None);
        await EndsRightAsync(arn, "Offboarded", "Verified");
    }

    /// <summary>The creation is told of when the cluster is long gone, and again beside that of the next one.</summary>
    private async Task CreationLastAsync(string name)
    {
        var arn = await CreateAsync(name, deliveries: 0);
        var creation = twin.World.Aws.CloudTrail.History.Single(happened => happened.ClusterArn == arn && happened.Name == "CreateCluster");
        await DeleteAsync(arn, deliveries: 2);
        await twin.World.Aws.CloudTrail.DeliverAsync(creation, CancellationToken.None);
        await QuietAsync(arn, executions: 3);
        Assert.Empty(twin.Road.Left(arn));
        Assert.DoesNotContain(await twin.Road.ItemsAsync(arn), item => item.State == "Verified");

        await CreateAsync(name, deliveries: 1);
        await twin.World.Aws.CloudTrail.DeliverAsync(creation, CancellationToken.None);
        await EndsRightAsync(arn, "Verified");
    }

    private Task<string> CreateAsync(string name, int deliveries) => twin.World.CreateClusterAsync(name, Quick, deliveries, CancellationToken.None);

    private async Task DeleteAsync(string arn, int deliveries)
    {
        var cluster = twin.World.Aws.Eks.Find(arn);
        await twin.World.DeleteClusterAsync(arn, deliveries, CancellationToken.None);
        await Road.WaitForAsync(() => twin.World.Aws.Eks.Find(arn) != cluster);
    }

    /// <param name="states">Of all that had the ARN, the oldest first.</param>
    private async Task BecomesAsync(string arn, params string[] states)
    {
        try
        {
            await Road.WaitForAsync(async () => (await StatesAsync(arn)).SequenceEqual(states));
        }
        catch (TimeoutException late)
        {
            var found = (await twin.Road.ItemsAsync(arn)).Select(item => $"{item.State} {item["cause"]} {item["sentence"]}");
            Assert.Fail($"{late.Message}: expected {string.Join(", ", states)}, found {string.Join("; ", found)}");
        }
    }

    private async Task EndsRightAsync(string arn, params string[] states)
    {
        await BecomesAsync(arn, states);
        await QuietAsync(arn, executions: 1);
        Assert.Equal(states, await StatesAsync(arn));

        var living = Incarnation.Of(twin.World.Aws.Eks.Find(arn)!);
        Assert.All(twin.Road.Left(arn), thing => Assert.Equal(living, thing.Owner));
        Assert.Single(twin.World.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values, role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == arn);
        var cluster = twin.World.ClusterOf(arn);
        Assert.Single(cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!["spec"]!["remoteWrite"]!.AsArray());
        Assert.Empty(twin.Road.Elevations(arn));
        Assert.Empty(cluster.Troubles);
        await twin.Road.DoneWithAsync(arn);
    }

    private async Task<IEnumerable<string?>> StatesAsync(string arn) => (await twin.Road.ItemsAsync(arn)).Select(item => item.State).Where(state => state is not null);

    /// <summary>Until nothing has run for the cluster for as long as an event takes to start something.</summary>
    private async Task QuietAsync(string arn, int executions)
    {
        var (quiet, name) = (0, arn.Split('/')[^1]);
        await Road.WaitForAsync(async () =>
        {
            var all = (await twin.World.Aws.ExecutionsAsync(Machine.Onboard, CancellationToken.None)).Concat(await twin.World.Aws.ExecutionsAsync(Machine.Offboard, CancellationToken.None))
                .Where(execution => execution.Input!.Contains($"\"{name}\"", StringComparison.Ordinal)).ToList();
            quiet = all.Count >= executions && all.All(execution => !execution.IsRunning) ? quiet + 1 : 0;
            return quiet > 7;
        });
    }
}
