using System.Globalization;
using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Offboarding;

/// <summary>The cluster to offboard and the reason, from an EventBridge event about DeleteCluster or from a manual input.</summary>
/// <param name="CreatedAt">Epoch milliseconds; null if CentralAmp must find it out. An event's value is never used, because CloudTrail truncates it.</param>
public sealed record OffboardingInput(ClusterReference Cluster, long? CreatedAt, OffboardingReason Reason)
{
    /// <exception cref="BlockedException">The input is invalid; the sentence names the field and the reason.</exception>
    public static OffboardingInput Read(JsonElement input) => input switch
    {
        { ValueKind: not JsonValueKind.Object } => throw InputFields.NotUnderstood($"The input is {InputFields.Name(input.ValueKind)}, not an object."),
        _ when ClusterEvent.HasEventFields(input) => new OffboardingInput(
            ClusterEvent.Read(input, ClusterEvent.Offboarding), CreatedAt: null, OffboardingReason.Deleted),
        _ => new OffboardingInput(ManualInput.Cluster(input, "createdAt", "reason"), CreatedAtOf(input), ReasonOf(input)),
    };

    private static long? CreatedAtOf(JsonElement input) => InputFields.Number(input, "createdAt") switch
    {
        null => null,
        > 0 and var milliseconds => milliseconds,
        var number => throw InputFields.Invalid(
            $"The field 'createdAt' is {number.Value.ToString(CultureInfo.InvariantCulture)}, which is not a time in epoch milliseconds."),
    };

    /// <summary>A manual input cannot give the reason Deleted: only an event does, and EventBridge guarantees its source.</summary>
    private static OffboardingReason ReasonOf(JsonElement input) => InputFields.Text(input, "reason") switch
    {
        null or nameof(OffboardingReason.Manual) => OffboardingReason.Manual,
        nameof(OffboardingReason.OptedOut) => OffboardingReason.OptedOut,
        nameof(OffboardingReason.Swept) => OffboardingReason.Swept,
        var other => throw InputFields.Invalid($"The field 'reason' is '{Quote.Cut(other)}', expected Manual, OptedOut or Swept."),
    };
}
