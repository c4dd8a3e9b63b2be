using Amazon.Lambda.Annotations;
using Amazon.Lambda.CloudWatchEvents;
using Amazon.Lambda.Core;

namespace AwsPackages.SampleFunctions;

/// <summary>One function for each thing that the tests of the Lambda loop ask.</summary>
public sealed class Functions
{
    [LambdaFunction]
    public Task<EchoResult> Echo(EchoRequest request, ILambdaContext context, [FromServices] InvocationCounter counter) =>
        Task.FromResult(new EchoResult(request.Text, context.AwsRequestId, (long)context.RemainingTime.TotalMilliseconds, context.InvokedFunctionArn, counter.Next()));

    [LambdaFunction]
    public EchoRequest Fail(EchoRequest request) =>
        throw new NotReadyException($"not ready: {request.Text}", new InvalidOperationException("the cause"));

    [LambdaFunction]
    public string Fill(FillRequest request) => new('x', request.Characters);

    [LambdaFunction]
    public async Task Wait(FillRequest request) => await Task.Delay(request.Milliseconds);

    [LambdaFunction]
    public EchoRequest DetailType(CloudWatchEvent<EchoRequest> request) => new($"{request.DetailType} {request.Source} {request.Detail.Text}");

    /// <summary>Its service is never registered: a function that is not selected must not need it.</summary>
    [LambdaFunction]
    public EchoRequest Unregistered(EchoRequest request, [FromServices] IServiceProvider provider) =>
        provider.GetService(typeof(Uri)) is null ? request : throw new InvalidOperationException();
}

public sealed record EchoRequest(string Text);

public sealed record EchoResult(string Text, string RequestId, long RemainingMilliseconds, string FunctionArn, int ScopedCount);

public sealed record FillRequest(int Characters, int Milliseconds);

/// <summary>Registered per scope, so that every invocation counts from one.</summary>
public sealed class InvocationCounter
{
    private int count;

    public int Next() => ++count;
}

/// <summary>Step Functions would match this name.</summary>
public sealed class NotReadyException(string message, Exception inner) : Exception(message, inner);
