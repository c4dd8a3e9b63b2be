using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Silence;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Failure">The failure of an earlier page.</param>
/// <param name="Next">Token of the page to read; absent for the first.</param>
public sealed record ExpectSamplesRequest(ExecutionReference Execution, SweepReference Sweep, CaughtFailure? Failure = null, string? Next = null);

/// <summary>Null is always serialized: Lambda's serializer would omit it, and the state machine reads it.</summary>
/// <param name="Recorded">How many clusters of this page were recorded in their workspace. State data keeps the older name.</param>
/// <param name="Failure">The failure of one workspace, transient or not. It does not affect the other workspaces; at its end, the sweep fails.</param>
/// <param name="Next">Null after the last page.</param>
public sealed record ExpectSamplesResult(
    [property: JsonPropertyName("told")] int Recorded,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] CaughtFailure? Failure,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>
/// In every sweep, whatever its result: ensures CentralAmp's alert in each workspace, and records there which clusters must send. So a cluster that
/// never sent a sample raises the alert, too.
/// </summary>
public sealed partial class ExpectSamplesStep(
    IFleetRegistry registry, SilenceAlert alert, ExpectationWriter writer, HubSettings settings, TimeProvider time, ILogger<ExpectSamplesStep> logger)
{
    public async Task<ExpectSamplesResult> RunAsync(ExpectSamplesRequest request, CancellationToken cancellationToken)
    {
        var failures = new List<WorkflowException>();
        if (request.Next is null)
        {
            foreach (var workspaceArn in (string[])[settings.WorkspaceArn, .. settings.MoreWorkspaceArns])
            {
                await TryAsync(failures, () => EnsureAlertAsync(workspaceArn, cancellationToken));
            }
        }

        var now = time.GetUtcNow();
        var page = await registry.ScanAsync(request.Next, cancellationToken);
        var items = page.Clusters.Where(item => item is { IsNewer: false, IsPlaceholder: false }).Select(item => item.Item);
        var recorded = 0;
        foreach (var workspace in Expectation.Of(items, now - settings.Silence.Window).GroupBy(item => item.WorkspaceArn, item => (item.Cluster, item.Expected)))
        {
            (ClusterReference, bool)[] clusters = [.. workspace];
            recorded += await TryAsync(failures, () => writer.WriteAsync(workspace.Key, clusters, now, cancellationToken)) ? clusters.Length : 0;
        }

        Recorded(request.Sweep.Id, recorded, page.Next is not null);
        return new ExpectSamplesResult(recorded, FailureOf(failures) ?? request.Failure, page.Next);
    }

    private async Task EnsureAlertAsync(string workspaceArn, CancellationToken cancellationToken)
    {
        if (await alert.EnsureAsync(workspaceArn, cancellationToken) is var change and not Change.Unchanged)
        {
            Ensured(workspaceArn, change);
        }
    }

    /// <summary>
    /// Transient failures, too: if the state machine retried them until it gave up, no workspace would get the later pages. The records in a
    /// workspace stay valid until after the next sweep.
    /// </summary>
    private static CaughtFailure? FailureOf(List<WorkflowException> failures) =>
        failures.FirstOrDefault() is { } first ? new CaughtFailure(first.GetType().Name, first.Message) : null;

    private async Task<bool> TryAsync(List<WorkflowException> failures, Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (WorkflowException e)
        {
            failures.Add(e);
            Failed(e.Cause, e.Sentence);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Workspace}: alert for silent clusters, {Change}")]
    private partial void Ensured(string workspace, Change change);

    [LoggerMessage(LogLevel.Information, "{Sweep}: recorded {Count} clusters in their workspaces; more pages: {More}")]
    private partial void Recorded(string sweep, int count, bool more);

    [LoggerMessage(LogLevel.Error, "{Cause}: {Sentence}")]
    private partial void Failed(string cause, string sentence);
}
