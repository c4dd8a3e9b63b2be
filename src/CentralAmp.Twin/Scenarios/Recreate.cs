using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Clusters are deleted and created again under the same names, while events arrive twice, late and out of order.</summary>
public sealed class Recreate : IScenario
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    public string Name => "recreate";

    public string Description => "create, delete, create again under one name, with events twice, late and out of order";

    public WorldOptions World { get; } = new();

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        string[] names = ["in-order", "delete-late", "create-late"];
        var arns = names.Select(name => $"arn:aws:eks:{TwinAccounts.HomeRegion}:{TwinAccounts.Member}:cluster/{name}").ToArray();
        var (inOrder, deleteLate, createLate) = (arns[0], arns[1], arns[2]);
        foreach (var name in names)
            // The event of the last cluster arrives only after the cluster was replaced.
            await CreateAsync(context, name, arns[Array.IndexOf(names, name)] == createLate ? 0 : 2, cancellationToken);
        var first = arns.Select(context.Living).ToArray();
        var firstCreation = context.Aws.CloudTrail.History.Single(happened => happened.ClusterArn == createLate && happened.Name == "CreateCluster");
        await context.QuietAsync(cancellationToken);
        await CheckVerifiedAsync(context, first[0], cancellationToken);
        await CheckVerifiedAsync(context, first[1], cancellationToken);

        context.Aws.CloudTrail.Plan(deleteLate, "DeleteCluster", new CloudTrailBehaviour { Deliveries = 2, Delay = Late });
        await Task.WhenAll(
            context.DeleteAsync(inOrder, cancellationToken),
            DeleteWithPlannedEventAsync(context, deleteLate, cancellationToken),
            context.DeleteAsync(createLate, cancellationToken, deliveries: 2));
        foreach (var name in names)
            await CreateAsync(context, name, 1, cancellationToken);
        var second = arns.Select(context.Living).ToArray();
        await context.QuietAsync(cancellationToken);

        context.Log("the first CreateCluster and DeleteCluster events arrive again, late");
        await context.Aws.CloudTrail.DeliverAsync(firstCreation, cancellationToken);
        foreach (var arn in arns)
            await context.Aws.RepeatEventAsync(arn, "DeleteCluster", cancellationToken);
        await context.QuietAsync(cancellationToken);

        // The third cluster was never onboarded: it has no registry item and no managed objects.
        context.Expect(first[0], "Offboarded");
        context.Expect(first[1], "Offboarded");
        foreach (var cluster in second)
            context.Expect(cluster, "Verified");
        CheckRoles(context, second);
        foreach (var arn in arns)
            await CheckStillWritingAsync(context, arn, cancellationToken);
    }

    private static Task<string> CreateAsync(ScenarioContext context, string name, int deliveries, CancellationToken cancellationToken) =>
        context.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken, deliveries: deliveries);

    // Keeps the planned delivery of the DeleteCluster event.
    private static async Task DeleteWithPlannedEventAsync(ScenarioContext context, string arn, CancellationToken cancellationToken)
    {
        context.Log($"deleting cluster {Arn.TryParse(arn)!.ResourceName}; its event arrives late and twice");
        var cluster = context.Aws.Eks.Find(arn);
        await context.Aws.DeleteClusterAsync(arn, cancellationToken);
        await context.UntilAsync("the cluster is gone", () => context.Aws.Eks.Find(arn) != cluster, cancellationToken);
    }

    private static async Task CheckVerifiedAsync(ScenarioContext context, ClusterIdentity cluster, CancellationToken cancellationToken)
    {
        var item = await context.RegisteredAsync(cluster, cancellationToken);
        context.Check($"{Arn.TryParse(cluster.ClusterArn)!.ResourceName} is verified before it is deleted", item?.State == "Verified", $"{item?.State} {item?["cause"]}");
    }

    private static void CheckRoles(ScenarioContext context, ClusterIdentity[] living)
    {
        var roles = context.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.Where(role => role.Tags.ContainsKey("central-amp:cluster-arn")).ToList();
        context.Check(
            "every living cluster has one ingest role of its own, and there is no other",
            roles.Count == living.Length && living.All(cluster => roles.Any(role => role.Tags["central-amp:created-at"] == $"{cluster.CreatedAt}")),
            string.Join(", ", roles.Select(role => role.Name)));
    }

    private static async Task CheckStillWritingAsync(ScenarioContext context, string arn, CancellationToken cancellationToken)
    {
        var name = Arn.TryParse(arn)!.ResourceName;
        var age = await context.World.QueryAsync($$"""min(time() - timestamp(up{cluster_name="{{name}}"}))""", cancellationToken);
        context.Check($"{name} continues to write", age < 15, $"newest sample {age} s old");
    }
}
