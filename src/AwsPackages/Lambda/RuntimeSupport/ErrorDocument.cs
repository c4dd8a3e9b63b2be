using System.Text.Json;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>An exception in Lambda's error format; Step Functions matches <see cref="ErrorType"/> in Retry and Catch.</summary>
internal sealed record ErrorDocument(string ErrorType, byte[] Json)
{
    /// <summary>Inner exceptions beyond this depth are left out, so that the document stays small.</summary>
    private const int MaximumDepth = 8;

    public static ErrorDocument Of(Exception exception)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, exception, depth: 0);
        }

        return new ErrorDocument(TypeOf(exception), stream.ToArray());
    }

    private static string TypeOf(Exception exception) => exception is LambdaRuntimeException runtime ? runtime.ErrorType : exception.GetType().Name;

    private static void Write(Utf8JsonWriter writer, Exception exception, int depth)
    {
        writer.WriteStartObject();
        writer.WriteString("errorType", TypeOf(exception));
        writer.WriteString("errorMessage", exception.Message);
        writer.WriteStartArray("stackTrace");
        foreach (var line in (exception.StackTrace ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            writer.WriteStringValue(line);
        }

        writer.WriteEndArray();
        if (exception.InnerException is { } inner && depth < MaximumDepth)
        {
            writer.WritePropertyName("cause");
            Write(writer, inner, depth + 1);
        }

        writer.WriteEndObject();
    }
}
