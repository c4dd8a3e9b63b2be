namespace CentralAmp.Collectors;

/// <summary>
/// The collector that does remote_write (a Prometheus resource or a managed agent) and the objects that run it. Kept small: it is part of
/// the state machine's data.
/// </summary>
public sealed record Collector
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary><c>metadata.uid</c>; part of every write, so that a write neither creates an object nor changes a successor of the same name. Empty for a managed agent.</summary>
    public required string Uid { get; init; }

    public required string ServiceAccount { get; init; }

    /// <summary>Name of the operator's StatefulSet; of shard 0 if there are several shards.</summary>
    public required string StatefulSet { get; init; }

    public required string[] Pods { get; init; }

    public int Replicas { get; init; } = 1;

    public int Shards { get; init; } = 1;

    /// <summary>The external label that distinguishes replicas; empty if the resource disables it.</summary>
    public string ReplicaLabel { get; init; } = "prometheus_replica";

    public static Collector Of(PrometheusResource prometheus) => new()
    {
        Namespace = prometheus.Namespace,
        Name = prometheus.Name,
        Uid = prometheus.Uid,
        ServiceAccount = prometheus.ServiceAccount,
        StatefulSet = CollectorNames.StatefulSet(prometheus.Name, shard: 0),
        Pods = [.. CollectorNames.Pods(prometheus.Name, prometheus.Replicas, prometheus.Shards)],
        Replicas = prometheus.Replicas,
        Shards = prometheus.Shards,
        ReplicaLabel = prometheus.ReplicaLabel,
    };
}

/// <summary>Names that the operator assigns: <c>prometheus-x</c> for the first shard, <c>prometheus-x-shard-1</c> for the second.</summary>
public static class CollectorNames
{
    /// <summary>The port of Prometheus' web interface; part of the resource name in RBAC rules for <c>pods/proxy</c>.</summary>
    public const int PrometheusPort = 9090;

    public static string StatefulSet(string prometheus, int shard) =>
        shard == 0 ? $"prometheus-{prometheus}" : $"prometheus-{prometheus}-shard-{shard}";

    public static IEnumerable<string> StatefulSets(string prometheus, int shards) =>
        Enumerable.Range(0, shards).Select(shard => StatefulSet(prometheus, shard));

    /// <summary>One for each shard.</summary>
    public static IEnumerable<string> StatefulSets(Collector collector) => Enumerable.Range(0, collector.Shards)
        .Select(shard => shard == 0 ? collector.StatefulSet : $"{collector.StatefulSet}-shard-{shard}");

    /// <summary>A StatefulSet numbers its pods from 0.</summary>
    public static IEnumerable<string> Pods(string prometheus, int replicas, int shards) =>
        StatefulSets(prometheus, shards).SelectMany(set => Enumerable.Range(0, replicas).Select(replica => $"{set}-{replica}"));
}
