using System.Runtime.CompilerServices;
using Amazon.Lambda.Core;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Functions.Logging;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Functions;

/// <summary>Runs the step of every function: sets the fields of log lines and the deadline, and logs every failure.</summary>
public sealed class StepEdge(ILogger<StepEdge> log, TimeProvider time)
{
    /// <summary>Time to log and report a failure before Lambda stops the process.</summary>
    private static readonly TimeSpan ReportingTime = TimeSpan.FromSeconds(2);

    /// <summary>Runs one step. Failures keep their type, because the state machine matches the type name.</summary>
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
                $"{step} for {cluster?.ToString() ?? "an execution without a cluster"} did not end before the function's timeout.",
                "None if the error is transient; else find in the log of the function which call it waited for.",
                e);
        }
        catch (Exception e)
        {
            // A bug or an unmapped error: the state machine ends the workflow, and the log keeps the stack trace.
            log.StepFailed(step, e);
            throw;
        }
    }

    private static TimeSpan TimeLeft(ILambdaContext context)
    {
        var left = context.RemainingTime - ReportingTime;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
