using System.Globalization;
using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;

namespace CentralAmp.Offboarding;

/// <summary>Which cluster is to be offboarded, and why; from an EventBridge event of a DeleteCluster, or given.</summary>
/// <param name="CreatedAt">Null: to be found out. An event's is never compared, as CloudTrail cuts it.</param>
public sealed record OffboardingInput(ClusterReference Cluster, long? CreatedAt, OffboardingReason Reason)
{
    /// <exception cref="BlockedException">The input is bad; the cause and the sentence say which field and why.</exception>
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

    /// <summary>That it was deleted is for an event to say, which EventBridge vouches for.</summary>
    private static OffboardingReason ReasonOf(JsonElement input) => InputFields.Text(input, "reason") switch
    {
        null or nameof(OffboardingReason.Manual) => OffboardingReason.Manual,
        nameof(OffboardingReason.OptedOut) => OffboardingReason.OptedOut,
        nameof(OffboardingReason.Swept) => OffboardingReason.Swept,
        var word => throw InputFields.Invalid($"The field 'reason' is '{Quote.Cut(word)}', expected Manual, OptedOut or Swept."),
    };
}
