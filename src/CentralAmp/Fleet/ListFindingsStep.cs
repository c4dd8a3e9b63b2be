using Microsoft.Extensions.Logging;

namespace CentralAmp.Fleet;

/// <summary>The executions to be started, page by page; of new clusters no more than the parameter allows.</summary>
public sealed partial class ListFindingsStep(IFleetRegistry registry, ILogger<ListFindingsStep> logger)
{
    public async Task<ListFindingsResult> RunAsync(ListFindingsRequest request, CancellationToken cancellationToken)
    {
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var page = await registry.ScanAsync(request.Next, cancellationToken);
        var (starts, newLeft) = (new List<SweepStart>(), request.NewLeft);
        foreach (var item in page.Clusters)
        {
            if (StartDecider.Decide(item, request.Sweep) is not { } start)
            {
                continue;
            }

            if (item.Finding == Finding.New && newLeft-- <= 0)
            {
                // The next sweeps take the rest.
                newLeft = 0;
                continue;
            }

            starts.Add(start);
        }

        Found(request.Sweep.Id, starts.Count, newLeft);
        return new ListFindingsResult([.. starts], newLeft, page.Next);
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Count} executions to be started, {Left} new clusters left")]
    private partial void Found(string sweep, int count, int left);
}
