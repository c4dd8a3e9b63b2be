using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using CentralAmp.Onboarding;

namespace CentralAmp.Functions;

/// <summary>Functions for access to the cluster: authentication mode, access entry, elevation, RBAC.</summary>
public sealed class AccessFunctions(StepEdge edge)
{
    [LambdaFunction]
    public Task<SwitchAuthenticationModeResult> SwitchAuthenticationMode(
        [FromServices] SwitchAuthenticationModeStep step, SwitchAuthenticationModeRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<EnsureClusterAccessResult> EnsureClusterAccess(
        [FromServices] EnsureClusterAccessStep step, EnsureClusterAccessRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<StartElevationResult> StartElevation([FromServices] StartElevationStep step, StartElevationRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<InstallRbacResult> InstallRbac([FromServices] InstallRbacStep step, InstallRbacRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));

    [LambdaFunction]
    public Task<EndElevationResult> EndElevation([FromServices] EndElevationStep step, EndElevationRequest request, ILambdaContext context) =>
        edge.RunAsync(context, request.Execution, request.Cluster, token => step.RunAsync(request, token));
}
