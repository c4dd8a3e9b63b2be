using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace CentralAmp.Twin.Aws.Identity;

/// <summary>
/// IAM with eventual consistency. Every change creates a snapshot that takes effect after a delay, in the
/// order of the changes ("IAM is eventually consistent", IAM user guide, troubleshooting).
/// </summary>
public sealed class IamView(Func<string, CancellationToken, Task<IamSnapshot>> read, TimeSpan delay, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)>> history = new();
    private readonly SemaphoreSlim reading = new(1, 1);

    /// <summary>The snapshot in effect, which authorization uses.</summary>
    public IamSnapshot InEffect(string accountId)
    {
        var now = time.GetUtcNow();
        return history.TryGetValue(accountId, out var snapshots)
            ? snapshots.FindLast(entry => entry.EffectiveAt <= now).Snapshot ?? IamSnapshot.Empty
            : IamSnapshot.Empty;
    }

    /// <summary>The newest snapshot, which IAM's own answers show.</summary>
    public IamSnapshot Newest(string accountId) =>
        history.TryGetValue(accountId, out var snapshots) ? snapshots[^1].Snapshot : IamSnapshot.Empty;

    /// <summary>Reads an account's IAM again. With <paramref name="atOnce"/>, the changes take effect at once, as after a deployment.</summary>
    public async Task RefreshAsync(string accountId, bool atOnce, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var snapshot = await read(accountId, cancellationToken);
            var now = time.GetUtcNow();
            var entry = (atOnce ? now : now + delay, snapshot);
            history.AddOrUpdate(accountId, _ => [entry], (_, before) => Forget(before, now).Add(entry));
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    // Of the snapshots in effect, only the newest is still needed.
    private static ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)> Forget(
        ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)> snapshots, DateTimeOffset now)
    {
        var current = snapshots.FindLastIndex(entry => entry.EffectiveAt <= now);
        return current > 0 ? snapshots.RemoveRange(0, current) : snapshots;
    }
}
