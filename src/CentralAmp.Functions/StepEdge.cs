using System.Runtime.CompilerServices;
using Amazon.Lambda.Core;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Functions.Logging;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Functions;

/// <summary>The edge of every function: what each log line carries, the deadline, and the one place that sees every failure.</summary>
public sealed class StepEdge(ILogger<StepEdge> log, TimeProvider time)
{
    /// <summary>Enough to say what happened before Lambda ends the process without a word.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>Runs one step. A failure leaves with its type name, by which the state machine knows it.</summary>
    public async Task<T> RunAsync<T>(
        ILambdaContext context,
        ExecutionReference execution,
        ClusterReference? cluster,
        Func<CancellationToken, Task<T>> run,
        [CallerMemberName] string step = "")
    {
        using var scope = log.BeginScope(new Dictionary<string, object?>
        {
            ["execution"] = execution.Id,
            ["cluster"] = cluster?.Arn,
            ["requestId"] = context.AwsRequestId,
        });
        using var deadline = new CancellationTokenSource(TimeLeft(context), time);
        var started = time.GetTimestamp();
        try
        {
            var result = await run(deadline.Token);
            log.StepDone(step, (long)time.GetElapsedTime(started).TotalMilliseconds);
            return result;
        }
        catch (WorkflowException e)
        {
            log.StepEnded(step, e.GetType().Name, e.Message);
            throw;
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            log.StepFailed(step, e);
            throw new TransientException(
                Causes.ServiceUnavailable,
                $"{step} for {cluster?.ToString() ?? "an execution without a cluster"} did not end in its time.",
                "None if it passes; else see in the function's log what it waited for.",
                e);
        }
        catch (Exception e)
        {
            // A bug, or an error that nobody mapped: the state machine ends the road with it, the log keeps where it came from.
            log.StepFailed(step, e);
            throw;
        }
    }

    private static TimeSpan TimeLeft(ILambdaContext context)
    {
        var left = context.RemainingTime - LastWords;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
