using System.Runtime.InteropServices;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>
/// The loop of a Lambda process: initialize, then take one invocation after the other from the Runtime API.
/// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
/// </summary>
public sealed class LambdaBootstrap : IDisposable
{
    private readonly LambdaBootstrapHandler handler;
    private readonly LambdaBootstrapInitializer? initializer;
    private readonly RuntimeApiClient runtime = new();

    internal LambdaBootstrap(LambdaBootstrapHandler handler, LambdaBootstrapInitializer? initializer)
    {
        this.handler = handler;
        this.initializer = initializer;
    }

    /// <summary>Runs until <paramref name="cancellationToken"/> or SIGTERM; an invocation under way is finished first.</summary>
    /// <exception cref="Exception">The initializer's exception, after it was reported, or an unrecoverable error of the Runtime API.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stopping.Cancel();
        });

        if (!await InitializeAsync())
        {
            return;
        }

        while (await NextAsync(stopping.Token) is { } invocation)
        {
            await InvokeAsync(invocation);
        }
    }

    public void Dispose() => runtime.Dispose();

    private async Task<bool> InitializeAsync()
    {
        try
        {
            return initializer is null || await initializer();
        }
        catch (Exception exception)
        {
            await runtime.FailInitializationAsync(ErrorDocument.Of(exception));
            throw;
        }
    }

    /// <summary>Null when the process is to end.</summary>
    private async Task<RuntimeInvocation?> NextAsync(CancellationToken stopping)
    {
        try
        {
            return stopping.IsCancellationRequested ? null : await runtime.NextAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task InvokeAsync(RuntimeInvocation invocation)
    {
        var requestId = invocation.Context.AwsRequestId;
        try
        {
            using var request = new InvocationRequest(new MemoryStream(PayloadLimit.Request(invocation.Payload), writable: false), invocation.Context);
            var response = await handler(request);
            try
            {
                await runtime.RespondAsync(requestId, PayloadLimit.Response(response.OutputStream));
            }
            finally
            {
                await DisposeAsync(response);
            }
        }
        catch (RuntimeApiException)
        {
            throw;
        }
        catch (Exception exception)
        {
            // Catches every exception of the function: it becomes the invocation's error, and the process serves further invocations.
            await Console.Error.WriteLineAsync($"{requestId} {exception}");
            await runtime.FailAsync(requestId, ErrorDocument.Of(exception));
        }
    }

    private static ValueTask DisposeAsync(InvocationResponse response) =>
        response.DisposeOutputStream ? response.OutputStream.DisposeAsync() : ValueTask.CompletedTask;
}
