using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Functions.Logging;

/// <summary>Logs one JSON object per line. Writes synchronously: a frozen Lambda would not write the lines of a background queue.</summary>
internal sealed class JsonLines(TextWriter output, TimeProvider time) : ILoggerFactory
{
    /// <summary>Quotes and umlauts stay readable; log lines are not embedded in HTML.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LoggerExternalScopeProvider scopes = new();

    public ILogger CreateLogger(string categoryName) => new Line(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The functions log only JSON lines.");

    public void Dispose()
    {
    }

    private void Write(string category, LogLevel level, string message, Exception? exception, object? state)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("level", level.ToString());
            scopes.ForEachScope(static (scope, writer) => WriteFields(writer, scope), json);
            json.WriteString("source", category);
            json.WriteString("message", message);
            WriteFields(json, state);
            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteFields(Utf8JsonWriter json, object? values)
    {
        if (values is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (name, value) in fields)
        {
            if (value is not null && name != "{OriginalFormat}")
            {
                json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }

    private sealed class Line(JsonLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => lines.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Write(category, logLevel, formatter(state, exception), exception, state);
            }
        }
    }
}
