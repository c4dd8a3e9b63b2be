using System.Collections.Concurrent;
using CentralAmp.Routes;

namespace CentralAmp.Aws;

/// <summary>Caches workspaces for minutes: a few of them serve thousands of clusters. A missing workspace is not cached.</summary>
public sealed class RecentWorkspaces(IWorkspaces workspaces, TimeProvider time) : IWorkspaces
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (Workspace Workspace, DateTimeOffset ReadAt)> cache = new();

    public async Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (cache.TryGetValue(arn, out var cached) && now - cached.ReadAt < Lifetime)
        {
            return cached.Workspace;
        }

        var workspace = await workspaces.FindAsync(arn, cancellationToken);
        cache[arn] = (workspace, now);
        return workspace;
    }
}
