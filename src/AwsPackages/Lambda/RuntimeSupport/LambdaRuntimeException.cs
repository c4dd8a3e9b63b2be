namespace Amazon.Lambda.RuntimeSupport;

/// <summary>A failure with one of Lambda's own error types, which contain dots and so are no .NET type names.</summary>
internal sealed class LambdaRuntimeException(string errorType, string message) : Exception(message)
{
    public string ErrorType => errorType;
}

/// <summary>The Runtime API refused what it must accept; the process has to end, Lambda starts another.</summary>
internal sealed class RuntimeApiException(string message) : Exception(message);
