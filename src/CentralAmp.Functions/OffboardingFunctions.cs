using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Offboarding;
using CentralAmp.Registry;

namespace CentralAmp.Functions;

/// <summary>Functions of the offboarding workflow.</summary>
public sealed class OffboardingFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<ResolveOffboardingResult> ResolveOffboarding(
        [FromServices] ResolveOffboardingStep step, ResolveOffboardingRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<CutAccessResult> CutAccess([FromServices] CutAccessStep step, CutAccessRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<PlanOffboardingResult> PlanOffboarding([FromServices] PlanOffboardingStep step, PlanOffboardingRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<RemoveRbacResult> RemoveRbac([FromServices] RemoveRbacStep step, RemoveRbacRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<RemoveClusterAccessResult> RemoveClusterAccess(
        [FromServices] RemoveClusterAccessStep step, RemoveClusterAccessRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<RemoveTrustResult> RemoveTrust([FromServices] RemoveTrustStep step, RemoveTrustRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<OutcomeRecord> RecordOffboarding([FromServices] RecordOffboardingStep step, RecordOffboardingRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Resolved?.Cluster, token => step.RunAsync(request, token));
}
