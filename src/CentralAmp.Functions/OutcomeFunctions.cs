using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Onboarding;
using CentralAmp.Registry;

namespace CentralAmp.Functions;

/// <summary>The function that records the outcome of an onboarding execution.</summary>
public sealed class OutcomeFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<OutcomeRecord> RecordOutcome([FromServices] RecordOutcomeStep step, RecordOutcomeRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
