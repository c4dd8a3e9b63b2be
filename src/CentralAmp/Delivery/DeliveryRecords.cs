using CentralAmp.Clusters;
using CentralAmp.Planning;
using CentralAmp.Trust;

namespace CentralAmp.Delivery;

public sealed record DeliverRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The collector is healthy with our entry.</summary>
/// <param name="DeliveredAt">From when on samples can only be of this delivery: it was seen loaded, and what it replaced has ended. Absent if nothing had to be done.</param>
/// <param name="Waits">Not healthy yet, and not ours to make it so: people have to merge what was written down. The road parks.</param>
public sealed record DeliverRemoteWriteResult(Change Change, DateTimeOffset? DeliveredAt = null, bool Waits = false);

public sealed record WithdrawRemoteWriteRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>Nothing of ours is left on the collector; <see cref="Change.Unchanged"/> if there was nothing to take back.</summary>
public sealed record WithdrawRemoteWriteResult(Change Change);
