namespace CentralAmp.Planning;

/// <summary>Names that the operator gives: <c>prometheus-x</c> for the first shard, <c>prometheus-x-shard-1</c> for the next.</summary>
public static class CollectorNames
{
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
