using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Silence;

/// <summary>
/// At the end of an execution that changed something: the workspace is told at once whether it should hear of this cluster. A failure is only
/// logged, because the outcome stands. The cluster's workspace is told again by the next sweep; the one that it left is not, as nothing names
/// it any more, and forgets by itself.
/// </summary>
public sealed partial class ClusterExpectation(
    ClusterRegistry registry, ExpectationWriter writer, TimeProvider time, ILogger<ClusterExpectation> logger)
{
    /// <param name="leftWorkspaceArn">The workspace that the cluster moved from; null if it did not.</param>
    public async Task TellAsync(ClusterReference cluster, string? leftWorkspaceArn, CancellationToken cancellationToken)
    {
        // First, and whatever becomes of the other: nobody says it again.
        if (leftWorkspaceArn is not null)
        {
            await TellLeftAsync(cluster, leftWorkspaceArn, cancellationToken);
        }

        try
        {
            var now = time.GetUtcNow();
            // Everything that ever had this ARN: the late end of a deleted cluster must not silence its successor.
            var items = await registry.OfClusterAsync(cluster.Arn, cancellationToken);
            foreach (var (workspaceArn, told, expected) in Expectation.Of(items, since: DateTimeOffset.MinValue))
            {
                await writer.WriteAsync(workspaceArn, [(told, expected)], now, cancellationToken);
            }
        }
        catch (WorkflowException e)
        {
            Untold(cluster.Arn, e.Cause, e.Sentence);
        }
    }

    private async Task TellLeftAsync(ClusterReference cluster, string leftWorkspaceArn, CancellationToken cancellationToken)
    {
        try
        {
            await writer.WriteAsync(leftWorkspaceArn, [(cluster, false)], time.GetUtcNow(), cancellationToken);
        }
        catch (WorkflowException e)
        {
            LeftUntold(cluster.Arn, leftWorkspaceArn, e.Cause, e.Sentence);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster}: the workspace was not told whether to expect it, the next sweep does: {Cause}. {Sentence}")]
    private partial void Untold(string cluster, string cause, string sentence);

    [LoggerMessage(
        LogLevel.Error,
        "{Cluster} moved away from {Workspace}, which was not told, and may page there until it forgets (SweepAlarmHours and an hour); silence the alert for this cluster in its alert manager until then. {Cause}: {Sentence}")]
    private partial void LeftUntold(string cluster, string workspace, string cause, string sentence);
}
