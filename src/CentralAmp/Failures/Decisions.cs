namespace CentralAmp.Failures;

/// <summary>Failures as values: deciders return them, steps throw them.</summary>
public static class Decisions
{
    public static Failure Blocked(string cause, string sentence, string remedy) => new(FailureKind.Blocked, cause, sentence, remedy);

    public static Failure NotReady(string cause, string sentence, string remedy) => new(FailureKind.NotReady, cause, sentence, remedy);

    public static Failure Transient(string cause, string sentence, string remedy) => new(FailureKind.Transient, cause, sentence, remedy);

    public static RoadException ToException(this Failure failure, Exception? inner = null) => failure.Kind switch
    {
        FailureKind.Blocked => new BlockedException(failure.Cause, failure.Sentence, failure.Remedy, inner),
        FailureKind.NotReady => new NotReadyException(failure.Cause, failure.Sentence, failure.Remedy, inner),
        FailureKind.Transient => new TransientException(failure.Cause, failure.Sentence, failure.Remedy, inner),
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure.Kind, "Deciders never decide on the unexpected."),
    };
}
