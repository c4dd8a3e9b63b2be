using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Checks that the Prometheus of a cluster can reload and restart at any moment of a workflow.</summary>
public sealed class CollectorWatch(ScenarioContext context, string clusterArn)
{
    private readonly DateTimeOffset since = TimeProvider.System.GetUtcNow();

    private string Name => Arn.TryParse(clusterArn)!.ResourceName;

    private TwinCluster Cluster => context.World.ClusterOf(clusterArn);

    /// <summary>Pod failures since the watch began.</summary>
    private IReadOnlyList<PodFailure> PodFailures => [.. Cluster.PodFailures.Where(failure => failure.Time >= since)];

    /// <summary>Deletes a pod, as the loss of a node would, and waits until its replacement is ready.</summary>
    public async Task RestartAsync(string when, CancellationToken cancellationToken)
    {
        var pod = Pods()[0];
        context.Log($"the pod of {Name} is deleted {when}");
        Cluster.Delete("Pod", pod.Namespace(), pod.Name());
        await context.UntilAsync($"the Prometheus of {Name} is back", () => Pods() is { Count: > 0 } pods && pods.All(next => next.Uid() != pod.Uid() && next.IsReady()), cancellationToken);
        context.Check($"the Prometheus of {Name} starts again {when}", PodFailures.Count == 0, Describe());
    }

    private IReadOnlyList<JsonObject> Pods() => [.. Cluster.List("Pod").Where(pod => pod.Namespace() == StackNames.Namespace)];

    public void CheckNoFailures() => context.Check($"the Prometheus of {Name} never crashed and loaded every configuration", PodFailures.Count == 0, Describe());

    private string Describe() => string.Join(", ", PodFailures.Select(failure => string.Create(CultureInfo.InvariantCulture, $"{failure.Time:mm:ss} {failure.Pod} {failure.What}")));
}
