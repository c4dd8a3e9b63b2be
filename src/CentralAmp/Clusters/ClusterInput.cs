using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads the input of an onboarding execution: an EventBridge event, or a manual one. Pure.</summary>
public static class ClusterInput
{
    /// <exception cref="BlockedException">The input is bad; the cause and the sentence say which field and why.</exception>
    public static ResolveClusterResult Read(JsonElement input) => input switch
    {
        { ValueKind: not JsonValueKind.Object } => throw InputFields.NotUnderstood($"The input is {InputFields.Name(input.ValueKind)}, not an object."),
        _ when ClusterEvent.LooksLikeOne(input) => new ResolveClusterResult(ClusterEvent.Read(input, ClusterEvent.Onboarding), DryRun: false),
        _ => ReadManual(input),
    };

    private static ResolveClusterResult ReadManual(JsonElement input)
    {
        var cluster = ManualInput.Cluster(input, "dryRun", "reopen");
        var (dryRun, reopen) = (InputFields.Flag(input, "dryRun"), InputFields.Flag(input, "reopen"));
        return dryRun && reopen
            ? throw InputFields.Invalid("The input has 'dryRun' and 'reopen'; a dry run changes nothing, and reopening does.")
            : new ResolveClusterResult(cluster, dryRun, reopen);
    }
}
