using Amazon.Runtime;
using CentralAmp.Failures;
using CentralAmp.Planning;
using CentralAmp.Proof;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Verification;

/// <summary>Looks into the workspace for what the cluster itself scraped after the delivery.</summary>
/// <param name="credentials">The function's own, which may query.</param>
public sealed partial class VerifyIngestStep(
    WorkspaceDataPlane workspaces, Func<Task<ImmutableCredentials>> credentials, TimeProvider time, ILogger<VerifyIngestStep> logger)
{
    public async Task<VerifyIngestResult> RunAsync(VerifyIngestRequest request, CancellationToken cancellationToken)
    {
        var plan = request.Plan;
        var reading = await GatherAsync(plan, cancellationToken);
        var (result, failure) = VerificationDecider.Decide(reading, plan.ClusterLabel, plan.WorkspaceArn, request.Delivery.DeliveredAt, time.GetUtcNow());
        if (result is null)
        {
            throw failure!.ToException();
        }

        Verified(request.Cluster.Arn, result.NewestSampleAt, result.Series);
        return result;
    }

    private async Task<IngestReading> GatherAsync(OnboardingPlan plan, CancellationToken cancellationToken)
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

    [LoggerMessage(LogLevel.Information, "Verified {Cluster}: newest sample {Newest}, {Series} series")]
    private partial void Verified(string cluster, DateTimeOffset newest, long? series);
}
