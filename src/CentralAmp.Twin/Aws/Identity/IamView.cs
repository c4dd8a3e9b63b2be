using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace CentralAmp.Twin.Aws.Identity;

/// <summary>
/// IAM as the rest of AWS sees it: eventually. Every change is a new snapshot that takes effect after a delay, in the
/// order of the changes ("IAM is eventually consistent", IAM user guide, troubleshooting).
/// </summary>
public sealed class IamView(Func<string, CancellationToken, Task<IamSnapshot>> read, TimeSpan delay, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)>> history = new();
    private readonly SemaphoreSlim reading = new(1, 1);

    /// <summary>What authorization goes by.</summary>
    public IamSnapshot InEffect(string accountId)
    {
        var now = time.GetUtcNow();
        return history.TryGetValue(accountId, out var snapshots)
            ? snapshots.FindLast(entry => entry.EffectiveAt <= now).Snapshot ?? IamSnapshot.Empty
            : IamSnapshot.Empty;
    }

    /// <summary>What IAM itself answers with.</summary>
    public IamSnapshot Newest(string accountId) =>
        history.TryGetValue(accountId, out var snapshots) ? snapshots[^1].Snapshot : IamSnapshot.Empty;

    /// <summary>Looks at an account again; <paramref name="atOnce"/> for changes that have long settled when it matters (deployment).</summary>
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

    // Only the newest of those already in effect can still be asked for.
    private static ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)> Forget(
        ImmutableList<(DateTimeOffset EffectiveAt, IamSnapshot Snapshot)> snapshots, DateTimeOffset now)
    {
        var current = snapshots.FindLastIndex(entry => entry.EffectiveAt <= now);
        return current > 0 ? snapshots.RemoveRange(0, current) : snapshots;
    }
}
