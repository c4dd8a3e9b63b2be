namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The limits and intervals of the state machine. The definitions are the same but for these numbers.</summary>
internal enum Pace
{
    /// <summary>Enough attempts for every test, with the shortest intervals.</summary>
    Patient,

    /// <summary>One retry of NotReadyException.</summary>
    GivesUpSoon,

    /// <summary>Short timeouts of tasks, and one retry of every error.</summary>
    TimesOutSoon,
}
