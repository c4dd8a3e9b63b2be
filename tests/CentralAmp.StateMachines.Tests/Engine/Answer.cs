using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>What one call of the state machine gets.</summary>
internal abstract record Answer
{
    public static Answer Result(object value) => new Computed(_ => value);

    /// <summary>Computed from the request, which is read as the step reads it. An exception leaves as Lambda would report it.</summary>
    public static Answer From<TRequest>(Func<TRequest, object> compute) => new Computed(request => compute((TRequest)request));

    /// <summary>The step throws: errorType and errorMessage are all that crosses to Step Functions.</summary>
    public static Answer Throws<TException>(string cause = Causes.Unexpected, string sentence = "As planned.")
        where TException : WorkflowException => new Error(typeof(TException).Name, FailureMessage.Format(cause, sentence, "None."));

    /// <param name="type">Null where Lambda knows none.</param>
    public static Answer Dies(string? type) => new Error(type, "The process is no more.");

    /// <summary>The service refuses the call itself.</summary>
    public static Answer Refused(int status, string code) => new Refusal(status, code);

    /// <summary>No answer for longer than any task of <see cref="Pace.TimesOutSoon"/> waits.</summary>
    public static Answer Silence { get; } = new Silent();

    /// <summary>EventBridge takes the call, but not the event.</summary>
    public static Answer FailedEntry { get; } = new Failed();

    internal sealed record Computed(Func<object, object> Compute) : Answer;

    internal sealed record Error(string? Type, string Message) : Answer;

    internal sealed record Refusal(int Status, string Code) : Answer;

    internal sealed record Silent : Answer;

    internal sealed record Failed : Answer;
}

/// <summary>One call as it arrived, by the state that made it.</summary>
internal sealed record Call(string State, JsonElement Request);
