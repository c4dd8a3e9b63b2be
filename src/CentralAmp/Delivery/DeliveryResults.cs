namespace CentralAmp.Delivery;

/// <summary>The collector is healthy with our entry.</summary>
public sealed record DeliverRemoteWriteResult
{
    public required Change Change { get; init; }

    /// <summary>When the entry was seen loaded; absent if nothing had to be done.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }
}

/// <summary>Nothing of ours is left on the collector.</summary>
public sealed record WithdrawRemoteWriteResult
{
    public required Change Change { get; init; }
}
