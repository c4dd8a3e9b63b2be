namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>How patient the state machine is. Its text is the same; only numbers differ.</summary>
internal enum Pace
{
    /// <summary>As many attempts as template.yaml gives, the shortest intervals that there are.</summary>
    Patient,

    /// <summary>One repetition of what is not ready.</summary>
    GivesUpSoon,

    /// <summary>Short limits of tasks, and fewer attempts for what passes.</summary>
    TimesOutSoon,
}
