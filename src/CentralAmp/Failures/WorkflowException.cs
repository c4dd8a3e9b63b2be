namespace CentralAmp.Failures;

/// <summary>A step that did not end well, in the three kinds that the state machine tells apart by type name.</summary>
/// <remarks>Lambda hands only type and message to Step Functions, so the message carries everything (<see cref="FailureMessage"/>).</remarks>
public abstract class WorkflowException(string cause, string sentence, string remedy, Exception? inner)
    : Exception(FailureMessage.Format(cause, sentence, remedy), inner)
{
    /// <summary>Stable PascalCase word of <see cref="Causes"/>.</summary>
    public string Cause { get; } = cause;

    /// <summary>What was being done, to what, where, and what came of it.</summary>
    public string Sentence { get; } = sentence;

    /// <summary>What a person does about it.</summary>
    public string Remedy { get; } = remedy;
}

/// <summary>Not there yet: the state machine polls again.</summary>
public sealed class NotReadyException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);

/// <summary>Throttling, 5xx, timeouts: the state machine retries with jitter.</summary>
public sealed class TransientException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);

/// <summary>A person must act: the road of this cluster ends here.</summary>
public sealed class BlockedException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);
