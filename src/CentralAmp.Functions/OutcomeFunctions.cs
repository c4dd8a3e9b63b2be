using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Onboarding;
using CentralAmp.Registry;

namespace CentralAmp.Functions;

/// <summary>How it ended.</summary>
public sealed class OutcomeFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<OutcomeRecord> RecordOutcome([FromServices] RecordOutcomeStep step, RecordOutcomeRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
