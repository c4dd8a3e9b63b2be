namespace CentralAmp.Outcomes;

/// <summary>The words of the registry's <c>state</c> and of the outcome event.</summary>
public enum Outcome
{
    Failed,
    Verified,
    Unhealthy,
    Blocked,
    Parked,
    RolledBack,
    OptedOut,
    Offboarding,
    Offboarded,
}
