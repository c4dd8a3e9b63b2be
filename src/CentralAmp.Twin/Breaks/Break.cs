namespace CentralAmp.Twin.Breaks;

/// <summary>One planted misconfiguration, and the cause that the onboarding workflow must report for it.</summary>
/// <param name="Behaviour">Changes the behaviour of the run's cluster.</param>
/// <param name="Tampering">A change in AWS; null when only the cluster is wrong.</param>
/// <param name="Cause">The stable cause that the execution must record.</param>
/// <param name="RollsBack">Whether onboarding changes the cluster and then rolls back; otherwise it changes nothing in the cluster.</param>
public sealed record Break(
    string Name,
    string Description,
    string Cause,
    bool RollsBack = false,
    Func<ClusterBehaviour, ClusterBehaviour>? Behaviour = null,
    ITampering? Tampering = null);
