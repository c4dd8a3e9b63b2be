using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Braked">Accounts in which nothing is started; absent in an execution of the last release, whose state machine did not pass them on.</param>
public sealed record ListFindingsRequest(ExecutionReference Execution, SweepReference Sweep, int NewLeft, string? Next = null, string[]? Braked = null);

/// <summary>The state machine that a finding starts.</summary>
public enum SweepWorkflow
{
    Onboard,
    Offboard,

    /// <summary>No workflow: the sweep itself removes the grant for a former workspace.</summary>
    Revoke,

    /// <summary>No workflow: the sweep itself cuts the access of a cluster whose account is not listed.</summary>
    Cut,
}

/// <summary>An execution to start.</summary>
/// <param name="Name">The execution's name; deterministic, so that a repeated start has no effect.</param>
/// <param name="WorkspaceArn">With <see cref="SweepWorkflow.Revoke"/>; otherwise empty, because the state machine reads it.</param>
public sealed record SweepStart(SweepWorkflow Workflow, string Name, string ClusterArn, long CreatedAt, string Reason, string WorkspaceArn = "");

public sealed record ListFindingsResult(SweepStart[] Starts, int NewLeft, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>Lists the executions to start, page by page; for new clusters at most as many as the parameter allows.</summary>
public sealed partial class ListFindingsStep(IFleetRegistry registry, HubSettings settings, ILogger<ListFindingsStep> logger)
{
    public async Task<ListFindingsResult> RunAsync(ListFindingsRequest request, CancellationToken cancellationToken)
    {
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var braked = request.Braked ?? SweepDecider.Decide(await FleetCount.OfAsync(registry, request.Sweep, cancellationToken), request.Sweep, settings.Sweep).Braked!;
        var page = await registry.ScanAsync(request.Next, cancellationToken);
        var (starts, newLeft) = (new List<SweepStart>(), request.NewLeft);
        foreach (var item in page.Clusters)
        {
            if (StartDecider.Decide(item, request.Sweep) is not { } start || braked.Contains(ClusterArn.Parse(start.ClusterArn).AccountId))
            {
                continue;
            }

            if (item.Finding == Finding.New && newLeft-- <= 0)
            {
                // The next sweeps onboard the rest.
                newLeft = 0;
                continue;
            }

            starts.Add(start);
        }

        Found(request.Sweep.Id, starts.Count, newLeft);
        return new ListFindingsResult([.. starts], newLeft, page.Next);
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Count} executions to start; {Left} more new clusters allowed")]
    private partial void Found(string sweep, int count, int left);
}

/// <summary>Decides which execution a finding starts. Pure.</summary>
public static class StartDecider
{
    public static SweepStart? Decide(FleetItem item, SweepReference sweep) => item switch
    {
        _ when !item.IsOf(sweep) || item.IsPlaceholder || item.IsNewer => null,
        // An execution has ended since the inspection: it may have done the work already.
        { Item.UpdatedAt: { } recorded } when recorded > item.InspectedAt => null,
        { Finding: Finding.New or Finding.Differs or Finding.Reroute } => Start(item, sweep, SweepWorkflow.Onboard, ""),
        { Finding: Finding.Gone } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.Swept)),
        // An operator's offboarding is resumed with its original reason.
        { Finding: Finding.OptedOut, Item.IsClosed: true } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.Manual)),
        { Finding: Finding.OptedOut } => Start(item, sweep, SweepWorkflow.Offboard, nameof(OffboardingReason.OptedOut)),
        // In every sweep: an execution that ran at the same time may have restored the access.
        { Finding: Finding.Unlisted } => Start(item, sweep, SweepWorkflow.Cut, ""),
        // An onboarding, above, removes such a grant first.
        { GrantDue: { } workspaceArn } => Start(item, sweep, SweepWorkflow.Revoke, "") with { WorkspaceArn = workspaceArn },
        _ => null,
    };

    private static SweepStart Start(FleetItem item, SweepReference sweep, SweepWorkflow workflow, string reason) => new(
        workflow, sweep.ExecutionNameFor(item.Item.ClusterArn, item.Item.CreatedAt), item.Item.ClusterArn, item.Item.CreatedAt, reason);
}
