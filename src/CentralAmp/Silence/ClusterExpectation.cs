using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Silence;

/// <summary>
/// At the end of an execution that changed something: records in the workspace whether to expect samples of this cluster. A failure is only
/// logged, because it does not change the outcome. The next sweep records it again in the current workspace; it does not know the former
/// workspace, where the expectation expires.
/// </summary>
public sealed partial class ClusterExpectation(
    ClusterRegistry registry, ExpectationWriter writer, TimeProvider time, ILogger<ClusterExpectation> logger)
{
    /// <param name="formerWorkspaceArn">The workspace that the cluster moved from; null if it did not.</param>
    public async Task WriteAsync(ClusterReference cluster, string? formerWorkspaceArn, CancellationToken cancellationToken)
    {
        // The former workspace first, and independent of the other write: no later execution repeats it.
        if (formerWorkspaceArn is not null)
        {
            await EndFormerAsync(cluster, formerWorkspaceArn, cancellationToken);
        }

        try
        {
            var now = time.GetUtcNow();
            // All items of this ARN: the late offboarding of a deleted cluster must not end the expectation for its successor.
            var items = await registry.OfClusterAsync(cluster.Arn, cancellationToken);
            foreach (var (workspaceArn, of, expected) in Expectation.Of(items, since: DateTimeOffset.MinValue))
            {
                await writer.WriteAsync(workspaceArn, [(of, expected)], now, cancellationToken);
            }
        }
        catch (WorkflowException e)
        {
            NotWritten(cluster.Arn, e.Cause, e.Sentence);
        }
    }

    private async Task EndFormerAsync(ClusterReference cluster, string formerWorkspaceArn, CancellationToken cancellationToken)
    {
        try
        {
            await writer.WriteAsync(formerWorkspaceArn, [(cluster, false)], time.GetUtcNow(), cancellationToken);
        }
        catch (WorkflowException e)
        {
            FormerNotEnded(cluster.Arn, formerWorkspaceArn, e.Cause, e.Sentence);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster}: the expectation could not be written to the workspace, the next sweep repeats it: {Cause}. {Sentence}")]
    private partial void NotWritten(string cluster, string cause, string sentence);

    [LoggerMessage(
        LogLevel.Error,
        "{Cluster} moved away from {Workspace}, where the expectation could not be ended: an alert may start there until it expires (SweepAlarmHours and an hour); silence the alert for this cluster in its alert manager until then. {Cause}: {Sentence}")]
    private partial void FormerNotEnded(string cluster, string workspace, string cause, string sentence);
}
