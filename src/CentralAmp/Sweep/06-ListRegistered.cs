using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="AccountsListed">Whether all accounts were listed. If not, no account counts as unlisted.</param>
public sealed record ListRegisteredRequest(ExecutionReference Execution, SweepReference Sweep, bool AccountsListed, string? Next = null);

/// <summary>An open item that this sweep has not inspected.</summary>
public sealed record RegisteredCluster(string ClusterArn, long CreatedAt, bool AccountListed);

public sealed record ListRegisteredResult(RegisteredCluster[] Clusters, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>Lists the open items of clusters that EKS did not list in this sweep: they are gone, or their account or region was not listed.</summary>
public sealed partial class ListRegisteredStep(IFleetRegistry registry, ILogger<ListRegisteredStep> logger)
{
    public async Task<ListRegisteredResult> RunAsync(ListRegisteredRequest request, CancellationToken cancellationToken)
    {
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var page = await registry.ScanAsync(request.Next, cancellationToken);
        var open = page.Clusters.Where(item => !item.IsOf(request.Sweep) && item is { IsPlaceholder: false, Item.IsDone: false } && IsProven(item, request.Sweep)).ToList();
        var listed = open.Count > 0 && request.AccountsListed ? await registry.ListedAccountsAsync(request.Sweep, cancellationToken) : null;
        Found(request.Sweep.Id, open.Count);
        return new ListRegisteredResult(
            [.. open.Select(item => new RegisteredCluster(item.Item.ClusterArn, item.Item.CreatedAt, IsListed(item, listed)))], page.Next);
    }

    /// <summary>The hub has shown an orphan in this sweep. The last release registered what a member account's tags named as well.</summary>
    private static bool IsProven(FleetItem item, SweepReference sweep) => !item.IsOrphan || item.OrphanSweep == sweep.Id;

    private static bool IsListed(FleetItem item, IReadOnlySet<string>? listed) => listed?.Contains(ClusterArn.Parse(item.Item.ClusterArn).AccountId) != false;

    [LoggerMessage(LogLevel.Information, "{Sweep}: EKS did not list {Count} registered clusters")]
    private partial void Found(string sweep, int count);
}
