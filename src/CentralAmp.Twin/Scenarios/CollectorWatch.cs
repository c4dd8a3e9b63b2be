using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Looks after the Prometheus of a cluster while others work on it: it must reload, and start again, at any moment.</summary>
public sealed class CollectorWatch(Stage stage, string clusterArn)
{
    private readonly DateTimeOffset since = TimeProvider.System.GetUtcNow();

    private string Name => Arn.TryParse(clusterArn)!.ResourceName;

    private TwinCluster Cluster => stage.World.ClusterOf(clusterArn);

    /// <summary>What went wrong since the watch began.</summary>
    private IReadOnlyList<PodTrouble> Troubles => [.. Cluster.Troubles.Where(trouble => trouble.Time >= since)];

    /// <summary>Deletes a pod, as a node that goes down would, and waits for the one that takes its place.</summary>
    public async Task RestartAsync(string when, CancellationToken cancellationToken)
    {
        var pod = Pods()[0];
        stage.Say($"the pod of {Name} is deleted {when}");
        Cluster.Delete("Pod", pod.Namespace(), pod.Name());
        await stage.UntilAsync($"the Prometheus of {Name} is back", () => Pods() is { Count: > 0 } pods && pods.All(next => next.Uid() != pod.Uid() && next.IsReady()), cancellationToken);
        stage.Check($"the Prometheus of {Name} starts again {when}", Troubles.Count == 0, Tell());
    }

    private IReadOnlyList<JsonObject> Pods() => [.. Cluster.List("Pod").Where(pod => pod.Namespace() == StackNames.Namespace)];

    public void CheckQuiet() => stage.Check($"the Prometheus of {Name} never crashed and loaded every configuration", Troubles.Count == 0, Tell());

    private string Tell() => string.Join(", ", Troubles.Select(trouble => string.Create(CultureInfo.InvariantCulture, $"{trouble.Time:mm:ss} {trouble.Pod} {trouble.What}")));
}
