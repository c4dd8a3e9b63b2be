using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Deliveries;
using CentralAmp.Onboarding;

namespace CentralAmp.Functions;

/// <summary>Functions that plan the onboarding, ensure trust and prove ingest.</summary>
public sealed class TrustFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<OnboardingPlan> PlanOnboarding([FromServices] PlanOnboardingStep step, PlanOnboardingRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<EnsureTrustResult> EnsureTrust([FromServices] EnsureTrustStep step, EnsureTrustRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ProveIngestResult> ProveIngest([FromServices] ProveIngestStep step, ProveIngestRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<RemoveOldGrantResult> RemoveOldGrant([FromServices] RemoveOldGrantStep step, RemoveOldGrantRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
