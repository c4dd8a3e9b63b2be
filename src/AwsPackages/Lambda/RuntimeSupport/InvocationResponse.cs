namespace Amazon.Lambda.RuntimeSupport;

/// <summary>The payload that an invocation answers with, read from its start.</summary>
public sealed class InvocationResponse(Stream outputStream, bool disposeOutputStream = true)
{
    public Stream OutputStream { get; } = outputStream;

    public bool DisposeOutputStream { get; } = disposeOutputStream;
}
