using System.Collections.Concurrent;
using CentralAmp.Routes;

namespace CentralAmp.Aws;

/// <summary>Caches workspaces for minutes: a few of them serve thousands of clusters. A missing workspace is not cached.</summary>
public sealed class RecentWorkspaces(IWorkspaces workspaces, TimeProvider time) : IWorkspaces
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (Workspace Workspace, DateTimeOffset ReadAt)> known = new();

    public async Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (known.TryGetValue(arn, out var held) && now - held.ReadAt < Fresh)
        {
            return held.Workspace;
        }

        var workspace = await workspaces.FindAsync(arn, cancellationToken);
        known[arn] = (workspace, now);
        return workspace;
    }
}
