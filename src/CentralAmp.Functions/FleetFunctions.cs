using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Registry;
using CentralAmp.Sweep;

namespace CentralAmp.Functions;

/// <summary>Functions of the sweep.</summary>
public sealed class FleetFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<BeginSweepResult> BeginSweep([FromServices] BeginSweepStep step, BeginSweepRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ListAccountsResult> ListAccounts([FromServices] ListAccountsStep step, ListAccountsRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ListClustersResult> ListClusters([FromServices] ListClustersStep step, ListClustersRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<InspectClusterResult> InspectCluster([FromServices] InspectClusterStep step, InspectClusterRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ListRegisteredResult> ListRegistered([FromServices] ListRegisteredStep step, ListRegisteredRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<FindOrphansResult> FindOrphans([FromServices] FindOrphansStep step, FindOrphansRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<DecideSweepResult> DecideSweep([FromServices] DecideSweepStep step, DecideSweepRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ListFindingsResult> ListFindings([FromServices] ListFindingsStep step, ListFindingsRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<ExpectSamplesResult> ExpectSamples([FromServices] ExpectSamplesStep step, ExpectSamplesRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<SweepRecord> EndSweep([FromServices] EndSweepStep step, EndSweepRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, null, token => step.RunAsync(request, token));
}
