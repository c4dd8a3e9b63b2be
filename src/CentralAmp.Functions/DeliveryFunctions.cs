using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Onboarding;
using CentralAmp.Verification;

namespace CentralAmp.Functions;

/// <summary>Functions that deliver, withdraw and verify the collector's remote write.</summary>
public sealed class DeliveryFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<DeliverRemoteWriteResult> DeliverRemoteWrite(
        [FromServices] DeliverRemoteWriteStep step, DeliverRemoteWriteRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<WithdrawRemoteWriteResult> WithdrawRemoteWrite(
        [FromServices] WithdrawRemoteWriteStep step, WithdrawRemoteWriteRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<VerifyIngestResult> VerifyIngest([FromServices] VerifyIngestStep step, VerifyIngestRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
