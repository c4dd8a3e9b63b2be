using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record VerifyIngestRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, DeliverRemoteWriteResult Delivery);

/// <summary>Queries the workspace for samples that the cluster scraped after the delivery.</summary>
/// <param name="credentials">Of the function's role, which may query the workspace.</param>
public sealed partial class VerifyIngestStep(
    WorkspaceDataPlane workspaces, Func<Task<ImmutableCredentials>> credentials, TimeProvider time, ILogger<VerifyIngestStep> logger)
{
    private readonly IngestReader reader = new(workspaces, credentials);

    public async Task<VerifyIngestResult> RunAsync(VerifyIngestRequest request, CancellationToken cancellationToken)
    {
        var plan = request.Plan;
        var reading = await reader.ReadAsync(plan.TargetWorkspace(), plan.ClusterLabel, cancellationToken);
        var (result, failure) = VerificationDecider.Decide(reading, plan.ClusterLabel, plan.WorkspaceArn, request.Delivery.DeliveredAt, time.GetUtcNow());
        if (result is null)
        {
            throw failure!.ToException();
        }

        Verified(request.Cluster.Arn, result.NewestSampleAt, result.Series);
        return result;
    }

    [LoggerMessage(LogLevel.Information, "Verified {Cluster}: newest sample {Newest}, {Series} series")]
    private partial void Verified(string cluster, DateTimeOffset newest, long? series);
}
