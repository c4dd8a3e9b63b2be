using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Silence;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Failure">Of an earlier page.</param>
/// <param name="Next">Where the last page ended; absent for the first.</param>
public sealed record ExpectSamplesRequest(ExecutionReference Execution, SweepReference Sweep, CaughtFailure? Failure = null, string? Next = null);

/// <summary>Null is written all the same: Lambda's serializer would leave it out, and the state machine reads it.</summary>
/// <param name="Told">Clusters of this page that a workspace was told of.</param>
/// <param name="Failure">What was wrong with one workspace, be it passing, which keeps nothing from the others; it fails the sweep at its end.</param>
/// <param name="Next">Null after the last page.</param>
public sealed record ExpectSamplesResult(
    int Told,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] CaughtFailure? Failure,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>
/// In every sweep, however it went: each workspace has our alert, and is told of which clusters it should hear. So a cluster that never sent
/// anything pages, too.
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
        var told = 0;
        foreach (var workspace in Expectation.Of(items, now - settings.Silence.Window).GroupBy(item => item.WorkspaceArn, item => (item.Cluster, item.Expected)))
        {
            (ClusterReference, bool)[] clusters = [.. workspace];
            told += await TryAsync(failures, () => writer.WriteAsync(workspace.Key, clusters, now, cancellationToken)) ? clusters.Length : 0;
        }

        Told(request.Sweep.Id, told, page.Next is not null);
        return new ExpectSamplesResult(told, FailureOf(failures) ?? request.Failure, page.Next);
    }

    private async Task EnsureAlertAsync(string workspaceArn, CancellationToken cancellationToken)
    {
        if (await alert.EnsureAsync(workspaceArn, cancellationToken) is var change and not Change.Unchanged)
        {
            Ensured(workspaceArn, change);
        }
    }

    /// <summary>
    /// Also what passes: repeated until the state machine gives up, it would keep the later pages from every workspace. What a workspace
    /// was told stands until after the next sweep.
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

    [LoggerMessage(LogLevel.Information, "{Workspace}: our alert for silent clusters, {Change}")]
    private partial void Ensured(string workspace, Change change);

    [LoggerMessage(LogLevel.Information, "{Sweep}: workspaces were told of {Count} clusters; more to come: {More}")]
    private partial void Told(string sweep, int count, bool more);

    [LoggerMessage(LogLevel.Error, "{Cause}: {Sentence}")]
    private partial void Failed(string cause, string sentence);
}
