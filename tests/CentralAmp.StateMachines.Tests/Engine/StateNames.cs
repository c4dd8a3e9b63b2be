namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The states that call a service instead of a function.</summary>
internal static class StateNames
{
    public const string PublishOutcome = nameof(PublishOutcome);
    public const string StartOffboarding = nameof(StartOffboarding);
}
