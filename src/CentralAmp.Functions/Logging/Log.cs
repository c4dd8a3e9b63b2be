using CentralAmp.Failures;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Functions.Logging;

/// <summary>Log messages of <see cref="StepEdge"/>.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Step} done in {Milliseconds} ms")]
    public static partial void StepDone(this ILogger log, string step, long milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "{Step} ended with {Kind}: {Failure}")]
    public static partial void StepEnded(this ILogger log, string step, string kind, string failure);

    [LoggerMessage(3, LogLevel.Error, "{Step} failed")]
    public static partial void StepFailed(this ILogger log, string step, Exception exception);
}
