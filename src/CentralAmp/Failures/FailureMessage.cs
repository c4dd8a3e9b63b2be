using System.Text.Json;
using System.Text.RegularExpressions;

namespace CentralAmp.Failures;

/// <summary>The text that crosses from Lambda to Step Functions, and back to RecordOutcome.</summary>
public static partial class FailureMessage
{
    private const string RemedyMark = " Remedy: ";

    /// <summary><c>{cause}: {sentence} Remedy: {remedy}</c> on one line.</summary>
    public static string Format(string cause, string sentence, string remedy) =>
        $"{cause}: {OneLine(sentence)}{RemedyMark}{OneLine(remedy)}";

    /// <summary>Reads <c>Error</c> and <c>Cause</c> of a Catch. Cause is Lambda's JSON, or plain text of the platform.</summary>
    public static Failure Parse(string? error, string? cause)
    {
        var message = MessageOf(cause);
        var kind = error switch
        {
            nameof(NotReadyException) => FailureKind.NotReady,
            nameof(TransientException) => FailureKind.Transient,
            nameof(BlockedException) => FailureKind.Blocked,
            _ => FailureKind.Unexpected,
        };
        var ours = Shape().Match(message);
        return kind == FailureKind.Unexpected || !ours.Success
            ? NotOurs(error, message)
            : new Failure(kind, ours.Groups["cause"].Value, ours.Groups["sentence"].Value, ours.Groups["remedy"].Value);
    }

    private static Failure NotOurs(string? error, string message) => new(
        FailureKind.Unexpected,
        Causes.Unexpected,
        $"A step ended with {(string.IsNullOrEmpty(error) ? "an error without a name" : error)}: {OneLine(message)}",
        "Read the execution's history and the function's log; execute again, every step can be repeated.");

    private static string MessageOf(string? cause)
    {
        if (string.IsNullOrWhiteSpace(cause))
        {
            return "no cause was given";
        }

        try
        {
            using var document = JsonDocument.Parse(cause);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("errorMessage", out var message)
                && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : cause;
        }
        catch (JsonException)
        {
            return cause;
        }
    }

    private static string OneLine(string text) => Breaks().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex Breaks();

    // Greedy up to the last mark: a sentence may quote a message of ours.
    [GeneratedRegex("^(?<cause>[A-Z][A-Za-z0-9]*): (?<sentence>.*) Remedy: (?<remedy>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
