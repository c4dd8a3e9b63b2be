namespace CentralAmp.Planning;

/// <summary>What will do remote_write, be it a Prometheus resource or an agent of ours, and what runs it. Kept small: it travels through the state machine.</summary>
public sealed record Collector
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary><c>metadata.uid</c>; part of every write so that nothing is created and no successor is touched. Empty for an agent of ours.</summary>
    public required string Uid { get; init; }

    public required string ServiceAccount { get; init; }

    /// <summary>Name of the operator's StatefulSet; of shard 0 where there are several.</summary>
    public required string StatefulSet { get; init; }

    public required string[] Pods { get; init; }

    public int Replicas { get; init; } = 1;

    public int Shards { get; init; } = 1;

    /// <summary>The external label that tells replicas apart; empty when the resource switches it off.</summary>
    public string ReplicaLabel { get; init; } = "prometheus_replica";
}
