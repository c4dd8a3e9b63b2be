namespace CentralAmp;

/// <summary>The execution of the state machine that a step works for.</summary>
/// <param name="Id">ARN of the execution (<c>$$.Execution.Id</c>).</param>
/// <param name="StartedAt">Start of the execution; orders the writes of several executions for one cluster.</param>
public sealed record ExecutionReference(string Id, DateTimeOffset StartedAt);
