using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace CentralAmp.Failures;

/// <summary>The kind of a failure that a Catch of the state machine received.</summary>
public enum FailureKind
{
    /// <summary>None of CentralAmp's own exceptions: a crash, a timeout of the platform, a bug.</summary>
    Unexpected,
    NotReady,
    Transient,
    Blocked,
}

/// <summary>A failure, read from the output of a Catch of the state machine.</summary>
public sealed record Failure(FailureKind Kind, string Cause, string Sentence, string Remedy)
{
    public string Sentence { get; init; } = Failures.Sentence.Bound(Sentence);

    public string Remedy { get; init; } = Failures.Sentence.Bound(Remedy);

    public static Failure Blocked(string cause, string sentence, string remedy) => new(FailureKind.Blocked, cause, sentence, remedy);

    public static Failure NotReady(string cause, string sentence, string remedy) => new(FailureKind.NotReady, cause, sentence, remedy);

    public static Failure Transient(string cause, string sentence, string remedy) => new(FailureKind.Transient, cause, sentence, remedy);

    public WorkflowException ToException(Exception? inner = null) => Kind switch
    {
        FailureKind.Blocked => new BlockedException(Cause, Sentence, Remedy, inner),
        FailureKind.NotReady => new NotReadyException(Cause, Sentence, Remedy, inner),
        FailureKind.Transient => new TransientException(Cause, Sentence, Remedy, inner),
        _ => throw new InvalidOperationException($"A decision returned a failure of kind {Kind}, which only a Catch may hold: a bug."),
    };
}

/// <summary>The output of a Catch of the state machine, with the property names of Step Functions.</summary>
/// <param name="Error">Type name of the exception, or an error name of Step Functions such as <c>States.Timeout</c>.</param>
/// <param name="Cause">Lambda's JSON of the error, or plain text; the Amazon States Language promises only <c>Error</c>.</param>
public sealed record CaughtFailure([property: JsonPropertyName("Error")] string? Error, [property: JsonPropertyName("Cause")] string? Cause = null);
