using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace CentralAmp.Failures;

/// <summary>The kind of a failure as it comes out of a Catch.</summary>
public enum FailureKind
{
    /// <summary>Not one of ours: a crash, a timeout of the platform, a bug.</summary>
    Unexpected,
    NotReady,
    Transient,
    Blocked,
}

/// <summary>A failure as read back from what a Catch of the state machine holds.</summary>
public sealed record Failure(FailureKind Kind, string Cause, string Sentence, string Remedy)
{
    public static Failure Blocked(string cause, string sentence, string remedy) => new(FailureKind.Blocked, cause, sentence, remedy);

    public static Failure NotReady(string cause, string sentence, string remedy) => new(FailureKind.NotReady, cause, sentence, remedy);

    public static Failure Transient(string cause, string sentence, string remedy) => new(FailureKind.Transient, cause, sentence, remedy);

    public WorkflowException ToException(Exception? inner = null) => Kind switch
    {
        FailureKind.Blocked => new BlockedException(Cause, Sentence, Remedy, inner),
        FailureKind.NotReady => new NotReadyException(Cause, Sentence, Remedy, inner),
        FailureKind.Transient => new TransientException(Cause, Sentence, Remedy, inner),
        _ => throw new InvalidOperationException($"A decider never returns a failure of kind {Kind}: a bug."),
    };
}

/// <summary>What a Catch of the state machine holds, with its property names.</summary>
/// <param name="Error">Type name of the exception, or the platform's word, such as <c>States.Timeout</c>.</param>
/// <param name="Cause">Lambda's JSON of the error, or plain text; the Amazon States Language promises only <c>Error</c>.</param>
public sealed record CaughtFailure([property: JsonPropertyName("Error")] string? Error, [property: JsonPropertyName("Cause")] string? Cause = null);
