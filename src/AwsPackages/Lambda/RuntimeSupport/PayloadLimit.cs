namespace Amazon.Lambda.RuntimeSupport;

/// <summary>Lambda's limit of synchronous payloads, 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html</summary>
internal static class PayloadLimit
{
    /// <summary>The number in Lambda's own message: 6 MiB and a little for the envelope.</summary>
    public const int Bytes = (6 * 1024 * 1024) + 100;

    public static byte[] Request(byte[] payload) => payload.Length <= Bytes
        ? payload
        : throw new LambdaRuntimeException("Function.RequestSizeTooLarge", $"Request payload size ({payload.Length} bytes) exceeded maximum allowed payload size ({Bytes} bytes).");

    public static Stream Response(Stream payload) => payload.Length <= Bytes
        ? payload
        : throw new LambdaRuntimeException("Function.ResponseSizeTooLarge", $"Response payload size ({payload.Length} bytes) exceeded maximum allowed payload size ({Bytes} bytes).");
}
