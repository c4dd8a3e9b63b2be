using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Silence;

/// <summary>
/// At the end of an execution that changed something: the workspace is told at once whether it should hear of this cluster. A failure is only
/// logged: the outcome stands, and the next sweep tells the workspace again.
/// </summary>
public sealed partial class ClusterExpectation(
    ClusterRegistry registry, ExpectationWriter writer, TimeProvider time, ILogger<ClusterExpectation> logger)
{
    /// <param name="leftWorkspaceArn">The workspace that the cluster moved from; null if it did not.</param>
    public async Task TellAsync(ClusterReference cluster, string? leftWorkspaceArn, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            // Everything that ever had this ARN: the late end of a deleted cluster must not silence its successor.
            var items = await registry.OfClusterAsync(cluster.Arn, cancellationToken);
            foreach (var (workspaceArn, told, expected) in Expectation.Of(items, since: DateTimeOffset.MinValue))
            {
                await writer.WriteAsync(workspaceArn, [(told, expected)], now, cancellationToken);
            }

            if (leftWorkspaceArn is not null)
            {
                await writer.WriteAsync(leftWorkspaceArn, [(cluster, false)], now, cancellationToken);
            }
        }
        catch (RoadException e)
        {
            Untold(cluster.Arn, e.Cause, e.Sentence);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster}: the workspace was not told whether to expect it, the next sweep does: {Cause}. {Sentence}")]
    private partial void Untold(string cluster, string cause, string sentence);
}
