using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Verification;

/// <summary>Reads the samples of a cluster from its workspace.</summary>
/// <param name="credentials">The function's own, which may query.</param>
public sealed class IngestReader(WorkspaceDataPlane workspaces, Func<Task<ImmutableCredentials>> credentials)
{
    /// <exception cref="Failures.WorkflowException">The workspace did not answer the query.</exception>
    public async Task<IngestReading> ReadAsync(Workspace workspace, string clusterLabel, CancellationToken cancellationToken)
    {
        var (status, body) = await QueryAsync(workspace, IngestQuery.NewestSampleAndSeries(clusterLabel), cancellationToken);
        if (status == 422)
        {
            // AMP refuses to count very many series. The newest sample is enough then.
            (status, body) = await QueryAsync(workspace, IngestQuery.NewestSample(clusterLabel), cancellationToken);
        }

        return VerificationAnswer.Read(status, body, $"querying {workspace.Arn} for '{clusterLabel}'");
    }

    private async Task<(int Status, string Body)> QueryAsync(Workspace workspace, string query, CancellationToken cancellationToken) =>
        await workspaces.QueryAsync(workspace, query, await credentials(), cancellationToken);
}

/// <summary>Reads the workspace's answer to a query made with the function's own credentials.</summary>
internal static class VerificationAnswer
{
    /// <exception cref="WorkflowException">The workspace did not answer the query.</exception>
    public static IngestReading Read(int status, string body, string doing)
    {
        var (verdict, failure) = WorkspaceAnswer.Read(status, body, doing);
        return verdict switch
        {
            WorkspaceVerdict.Accepted when IngestQuery.Read(body) is { } reading => reading,
            WorkspaceVerdict.Denied => throw new BlockedException(
                Causes.HubPermissionMissing,
                $"While {doing}: the function's role is not allowed to ({WorkspaceAnswer.Quote(status, body)}).",
                "Deploy the current template.yaml in the hub account."),
            WorkspaceVerdict.Failed => throw failure!.ToException(),
            _ => throw new TransientException(
                Causes.WorkspaceUnavailable,
                $"While {doing}: the answer is not the result of a query ({WorkspaceAnswer.Quote(status, body)}).",
                "None if the error is transient; otherwise check which server answers at the workspace's address."),
        };
    }
}
