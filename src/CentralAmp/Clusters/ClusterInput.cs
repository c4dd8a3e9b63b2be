using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads the input of an execution: the EventBridge event of a CreateCluster, or a manual one. Pure.</summary>
public static class ClusterInput
{
    private static readonly string[] ManualFields = ["clusterArn", "accountId", "region", "clusterName", "dryRun"];

    // What the console and a calling state machine add by themselves.
    private static readonly string[] HarmlessPrefixes = ["comment", "aws_step_functions_"];

    /// <exception cref="BlockedException">The input is bad; the cause and the sentence say which field and why.</exception>
    public static ResolveClusterResult Read(JsonElement input) => input switch
    {
        { ValueKind: not JsonValueKind.Object } => throw InputFields.NotUnderstood($"The input is {InputFields.Name(input.ValueKind)}, not an object."),
        _ when LooksLikeEvent(input) => new ResolveClusterResult(CreateClusterEvent.Read(input), DryRun: false),
        _ => ReadManual(input),
    };

    private static bool LooksLikeEvent(JsonElement input) =>
        InputFields.Has(input, "detail") || InputFields.Has(input, "detail-type") || InputFields.Has(input, "source");

    private static ResolveClusterResult ReadManual(JsonElement input)
    {
        // A misspelt dryRun must not run for real.
        if (input.EnumerateObject().Select(field => field.Name).FirstOrDefault(IsUnknown) is { } unknown)
        {
            throw InputFields.Invalid($"The field '{Quote.Cut(unknown)}' of the input is not known; known are {string.Join(", ", ManualFields)}.");
        }

        var dryRun = InputFields.Flag(input, "dryRun");
        var byParts = InputFields.Has(input, "accountId") || InputFields.Has(input, "region") || InputFields.Has(input, "clusterName");
        if (!byParts)
        {
            return new ResolveClusterResult(ClusterArn.Parse(InputFields.RequiredText(input, "clusterArn")), dryRun);
        }

        if (InputFields.Has(input, "clusterArn"))
        {
            throw InputFields.Invalid("The input has 'clusterArn' and its parts as well; which one is meant is not guessed.");
        }

        return new ResolveClusterResult(
            ClusterArn.Build(
                InputFields.RequiredText(input, "accountId", ClusterArn.IsAccountId, "an account id of twelve digits"),
                InputFields.RequiredText(input, "region", ClusterArn.IsRegion, "a region"),
                InputFields.RequiredText(input, "clusterName", ClusterArn.IsName, "a cluster name that EKS allows")),
            dryRun);
    }

    private static bool IsUnknown(string name) =>
        !ManualFields.Contains(name, StringComparer.Ordinal)
        && !HarmlessPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
