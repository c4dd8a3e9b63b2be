using Amazon.Runtime;
using CentralAmp.Planning;
using CentralAmp.Proof;

namespace CentralAmp.Verification;

/// <summary>Asks the workspace of a plan what it knows of the cluster.</summary>
/// <param name="credentials">The function's own, which may query.</param>
public sealed class IngestReader(WorkspaceDataPlane workspaces, Func<Task<ImmutableCredentials>> credentials)
{
    /// <exception cref="Failures.RoadException">The workspace did not answer the query.</exception>
    public async Task<IngestReading> ReadAsync(OnboardingPlan plan, CancellationToken cancellationToken)
    {
        var (status, body) = await QueryAsync(plan, IngestQuery.NewestSampleAndSeries(plan.ClusterLabel), cancellationToken);
        if (status == 422)
        {
            // Too many series to count within AMP's limits is no reason to doubt them.
            (status, body) = await QueryAsync(plan, IngestQuery.NewestSample(plan.ClusterLabel), cancellationToken);
        }

        return VerificationAnswer.Read(status, body, $"querying {plan.WorkspaceArn} for '{plan.ClusterLabel}'");
    }

    private async Task<(int Status, string Body)> QueryAsync(OnboardingPlan plan, string query, CancellationToken cancellationToken) =>
        await workspaces.QueryAsync(Workspace.Of(plan), query, await credentials(), cancellationToken);
}
