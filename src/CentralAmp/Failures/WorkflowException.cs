namespace CentralAmp.Failures;

/// <summary>The failure of a step. The state machine distinguishes its three kinds by type name.</summary>
/// <remarks>Lambda hands only type and message to Step Functions, so the message carries everything (<see cref="FailureMessage"/>).</remarks>
public abstract class WorkflowException(string cause, string sentence, string remedy, Exception? inner)
    : Exception(FailureMessage.Format(cause, Failures.Sentence.Bound(sentence), Failures.Sentence.Bound(remedy)), inner)
{
    /// <summary>One of <see cref="Causes"/>.</summary>
    public string Cause { get; } = cause;

    /// <summary>The action, its object, the place, and the error.</summary>
    public string Sentence { get; } = Failures.Sentence.Bound(sentence);

    /// <summary>The action that an operator has to take.</summary>
    public string Remedy { get; } = Failures.Sentence.Bound(remedy);
}

/// <summary>A condition is not fulfilled yet: the state machine polls again.</summary>
public sealed class NotReadyException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);

/// <summary>Throttling, 5xx, timeouts: the state machine retries with jitter.</summary>
public sealed class TransientException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);

/// <summary>An operator must act: the workflow of this cluster ends here.</summary>
public sealed class BlockedException(string cause, string sentence, string remedy, Exception? inner = null)
    : WorkflowException(cause, sentence, remedy, inner);
