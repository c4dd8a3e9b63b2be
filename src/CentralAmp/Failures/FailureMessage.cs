using System.Text.Json;
using System.Text.RegularExpressions;

namespace CentralAmp.Failures;

/// <summary>The error message that Lambda hands to Step Functions, and that RecordOutcome reads from a Catch.</summary>
public static partial class FailureMessage
{
    private const string RemedyMark = " Remedy: ";

    /// <summary><c>{cause}: {sentence} Remedy: {remedy}</c> on one line.</summary>
    public static string Format(string cause, string sentence, string remedy) =>
        $"{cause}: {OneLine(sentence)}{RemedyMark}{OneLine(remedy)}";

    /// <summary>Parses <c>Error</c> and <c>Cause</c> of a Catch.</summary>
    /// <param name="cause">Lambda's JSON of the error, or plain text of the platform.</param>
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
        var match = Shape().Match(message);
        return kind == FailureKind.Unexpected || !match.Success
            ? Unexpected(error, message)
            : new Failure(kind, match.Groups["cause"].Value, match.Groups["sentence"].Value, match.Groups["remedy"].Value);
    }

    private static Failure Unexpected(string? error, string message) => new(
        FailureKind.Unexpected,
        Causes.Unexpected,
        $"A step ended with {(string.IsNullOrEmpty(error) ? "an error without a name" : error)}: {OneLine(message)}",
        "Read the history of the execution and the log of the function, then execute again: every step is safe to repeat.");

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

    // Greedy up to the last mark: a sentence may quote another message of this format.
    [GeneratedRegex("^(?<cause>[A-Z][A-Za-z0-9]*): (?<sentence>.*) Remedy: (?<remedy>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
