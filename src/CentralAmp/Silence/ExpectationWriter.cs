using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.Silence;

/// <summary>Writes samples into a workspace that name the clusters to expect.</summary>
/// <param name="credentials">The function's own, which may write.</param>
public sealed class ExpectationWriter(
    IWorkspaces workspaces, WorkspaceDataPlane dataPlane, Func<Task<ImmutableCredentials>> credentials, HubSettings settings)
{
    /// <param name="at">When the registry was read: the sample with the later time wins, whichever is written first.</param>
    /// <exception cref="WorkflowException">The workspace refused the samples.</exception>
    public async Task WriteAsync(
        string workspaceArn, IReadOnlyList<(ClusterReference Cluster, bool Expected)> clusters, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var workspace = await workspaces.FindAsync(workspaceArn, cancellationToken);
        // Below 200 bytes a series: a page of the registry is far below the megabyte that AMP accepts in one request.
        var body = RemoteWriteBody.Of(clusters.Select(item => new HubSample(
            HubMetrics.Expected, ClusterLabels.Of(item.Cluster, settings.ClusterLabelFormat), (HubMetrics.Hub, settings.Silence.HubId), item.Expected ? 1 : 0, at)));
        var doing = $"writing to {workspaceArn} which clusters are expected";
        try
        {
            await WriteAsync(workspace, body, doing, cancellationToken);
        }
        // Unlike the SDKs the data plane's client does not retry, and one lost answer would fail a whole sweep.
        catch (TransientException)
        {
            await WriteAsync(workspace, body, doing, cancellationToken);
        }
    }

    private async Task WriteAsync(Workspace workspace, byte[] body, string doing, CancellationToken cancellationToken)
    {
        var (status, text) = await dataPlane.WriteAsync(workspace, body, await credentials(), cancellationToken);
        var (verdict, failure) = WorkspaceAnswer.Read(status, text, doing);
        if (verdict == WorkspaceVerdict.Denied)
        {
            throw new BlockedException(
                Causes.HubPermissionMissing,
                $"While {doing}: the function's role is not allowed to ({WorkspaceAnswer.Quote(status, text)}).",
                "Deploy the current template.yaml in the hub account.");
        }

        // Older is no failure: only executions of this hub write these series, so a parallel one has written what it read later.
        if (failure is not null)
        {
            throw failure.ToException();
        }
    }
}
