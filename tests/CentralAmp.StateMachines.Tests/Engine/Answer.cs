using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The answer to one call of the state machine.</summary>
internal abstract record Answer
{
    public static Answer Result(object value) => new Computed(_ => value);

    /// <summary>Computed from the request, which is read as the step reads it. An exception is reported as Lambda reports it.</summary>
    public static Answer From<TRequest>(Func<TRequest, object> compute) => new Computed(request => compute((TRequest)request));

    /// <summary>The step throws: Step Functions gets only errorType and errorMessage.</summary>
    public static Answer Throws<TException>(string cause = Causes.Unexpected, string sentence = "As planned.")
        where TException : WorkflowException => new Error(typeof(TException).Name, FailureMessage.Format(cause, sentence, "None."));

    /// <param name="type">Null if Lambda reports no error type.</param>
    public static Answer Dies(string? type) => new Error(type, "The process has exited.");

    /// <summary>The service refuses the call.</summary>
    public static Answer Refused(int status, string code) => new Refusal(status, code);

    /// <summary>No answer for longer than any task of <see cref="Pace.TimesOutSoon"/> waits.</summary>
    public static Answer Silence { get; } = new Silent();

    /// <summary>EventBridge accepts the call but not the event.</summary>
    public static Answer FailedEntry { get; } = new Failed();

    internal sealed record Computed(Func<object, object> Compute) : Answer;

    internal sealed record Error(string? Type, string Message) : Answer;

    internal sealed record Refusal(int Status, string Code) : Answer;

    internal sealed record Silent : Answer;

    internal sealed record Failed : Answer;
}

/// <summary>One received call and the state that made it.</summary>
internal sealed record Call(string State, JsonElement Request);
