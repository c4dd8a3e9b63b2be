namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The state that calls EventBridge instead of a function.</summary>
internal static class StateNames
{
    public const string PublishOutcome = nameof(PublishOutcome);
}
