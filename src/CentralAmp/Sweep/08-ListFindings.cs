using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

public sealed record ListFindingsRequest(ExecutionReference Execution, SweepReference Sweep, int NewLeft, string? Next = null);

/// <summary>Which state machine a finding starts.</summary>
public enum SweepWorkflow
{
    Onboard,
    Offboard,
}

/// <summary>An execution to be started.</summary>
/// <param name="Name">Deterministic, so that a repetition starts nothing twice.</param>
public sealed record SweepStart(SweepWorkflow Workflow, string Name, string ClusterArn, long CreatedAt, string Reason);

public sealed record ListFindingsResult(SweepStart[] Starts, int NewLeft, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

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

/// <summary>Which execution a finding asks for. Pure.</summary>
public static class StartDecider
{
    public static SweepStart? Decide(FleetItem item, SweepReference sweep) => item switch
    {
        _ when !item.IsOf(sweep) || item.IsPlaceholder || item.IsNewer => null,
        // An execution has ended since the look: what was found then may be done already.
        { Item.UpdatedAt: { } recorded } when recorded > item.InspectedAt => null,
        { Finding: Finding.New or Finding.Differs or Finding.Reroute } => Start(item, sweep, SweepWorkflow.Onboard, ""),
        { Finding: Finding.Gone } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.Swept)),
        // A person's offboarding is resumed for the reason that it began with.
        { Finding: Finding.OptedOut, Item.IsClosed: true } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.Manual)),
        { Finding: Finding.OptedOut } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.OptedOut)),
        _ => null,
    };

    private static SweepStart Start(FleetItem item, SweepReference sweep, SweepWorkflow workflow, string reason) => new(
        workflow, sweep.ExecutionNameFor(item.Item.ClusterArn, item.Item.CreatedAt), item.Item.ClusterArn, item.Item.CreatedAt, reason);
}
