namespace CentralAmp.Twin.Breaks;

/// <summary>One planted misconfiguration: what a person might have done, and the cause the road must name for it.</summary>
/// <param name="Behaviour">How the cluster of the run deviates.</param>
/// <param name="Tampering">What someone changes in AWS, and when; null when the cluster alone is wrong.</param>
/// <param name="Cause">The stable cause the road has to end with.</param>
/// <param name="RollsBack">Whether the cluster was touched and must be as before; otherwise nothing in it was touched.</param>
public sealed record Break(
    string Name,
    string Description,
    string Cause,
    bool RollsBack = false,
    Func<ClusterBehaviour, ClusterBehaviour>? Behaviour = null,
    ITampering? Tampering = null);
