using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Clusters are deleted and created again under the same names, while events come twice, late and out of order.</summary>
public sealed class Recreate : IScenario
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    public string Name => "recreate";

    public string Description => "create, delete, create again under one name, with events twice, late and out of order";

    public WorldOptions World { get; } = new();

    public async Task PlayAsync(Stage stage, CancellationToken cancellationToken)
    {
        string[] names = ["in-order", "delete-late", "create-late"];
        var arns = names.Select(name => $"arn:aws:eks:{TwinAccounts.HomeRegion}:{TwinAccounts.Member}:cluster/{name}").ToArray();
        var (inOrder, deleteLate, createLate) = (arns[0], arns[1], arns[2]);
        foreach (var name in names)
            // Of the last one nobody hears until it has long been replaced.
            await CreateAsync(stage, name, arns[Array.IndexOf(names, name)] == createLate ? 0 : 2, cancellationToken);
        var first = arns.Select(stage.Living).ToArray();
        var firstCreation = stage.Aws.CloudTrail.History.Single(happened => happened.ClusterArn == createLate && happened.Name == "CreateCluster");
        await stage.QuietAsync(cancellationToken);
        await CheckVerifiedAsync(stage, first[0], cancellationToken);
        await CheckVerifiedAsync(stage, first[1], cancellationToken);

        stage.Aws.CloudTrail.Plan(deleteLate, "DeleteCluster", new CloudTrailBehaviour { Deliveries = 2, Delay = Late });
        await Task.WhenAll(
            stage.DeleteAsync(inOrder, cancellationToken),
            DeleteSilentlyAsync(stage, deleteLate, cancellationToken),
            stage.DeleteAsync(createLate, cancellationToken, deliveries: 2));
        foreach (var name in names)
            await CreateAsync(stage, name, 1, cancellationToken);
        var second = arns.Select(stage.Living).ToArray();
        await stage.QuietAsync(cancellationToken);

        stage.Say("the first CreateCluster and DeleteCluster events come once more, minutes late");
        await stage.Aws.CloudTrail.DeliverAsync(firstCreation, cancellationToken);
        foreach (var arn in arns)
            await stage.Aws.RepeatEventAsync(arn, "DeleteCluster", cancellationToken);
        await stage.QuietAsync(cancellationToken);

        // What never was onboarded has no record either, and nothing of ours.
        stage.Expect(first[0], "Offboarded");
        stage.Expect(first[1], "Offboarded");
        foreach (var cluster in second)
            stage.Expect(cluster, "Verified");
        CheckRoles(stage, second);
        foreach (var arn in arns)
            await CheckStillWritingAsync(stage, arn, cancellationToken);
    }

    private static Task<string> CreateAsync(Stage stage, string name, int deliveries, CancellationToken cancellationToken) =>
        stage.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, name, cancellationToken, deliveries: deliveries);

    // Deletes without changing how the event was planned to be delivered.
    private static async Task DeleteSilentlyAsync(Stage stage, string arn, CancellationToken cancellationToken)
    {
        stage.Say($"deleting cluster {Arn.TryParse(arn)!.ResourceName}; its event is late, and comes twice");
        var cluster = stage.Aws.Eks.Find(arn);
        await stage.Aws.DeleteClusterAsync(arn, cancellationToken);
        await stage.UntilAsync("the cluster is gone", () => stage.Aws.Eks.Find(arn) != cluster, cancellationToken);
    }

    private static async Task CheckVerifiedAsync(Stage stage, Incarnation cluster, CancellationToken cancellationToken)
    {
        var item = await stage.RegisteredAsync(cluster, cancellationToken);
        stage.Check($"{Arn.TryParse(cluster.ClusterArn)!.ResourceName} is verified before it is deleted", item?.State == "Verified", $"{item?.State} {item?["cause"]}");
    }

    private static void CheckRoles(Stage stage, Incarnation[] living)
    {
        var roles = stage.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.Where(role => role.Tags.ContainsKey("central-amp:cluster-arn")).ToList();
        stage.Check(
            "every living cluster has one ingest role of its own, and there is no other",
            roles.Count == living.Length && living.All(cluster => roles.Any(role => role.Tags["central-amp:created-at"] == $"{cluster.CreatedAt}")),
            string.Join(", ", roles.Select(role => role.Name)));
    }

    private static async Task CheckStillWritingAsync(Stage stage, string arn, CancellationToken cancellationToken)
    {
        var name = Arn.TryParse(arn)!.ResourceName;
        var age = await stage.World.QueryAsync($$"""min(time() - timestamp(up{cluster_name="{{name}}"}))""", cancellationToken);
        stage.Check($"{name} goes on writing", age < 15, $"newest sample {age} s old");
    }
}
