using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads what a person, a sweep or another state machine gives: a cluster by ARN or by its parts, and some fields more. Pure.</summary>
internal static class ManualInput
{
    private static readonly string[] ClusterFields = ["clusterArn", "accountId", "region", "clusterName"];

    // What the console and a calling state machine add by themselves.
    private static readonly string[] HarmlessPrefixes = ["comment", "aws_step_functions_"];

    /// <param name="others">Fields that the input may have beside the cluster's.</param>
    /// <exception cref="BlockedException">A field is missing, wrong or unknown: a misspelt one must not be passed over.</exception>
    public static ClusterReference Cluster(JsonElement input, params string[] others)
    {
        string[] known = [.. ClusterFields, .. others];
        if (input.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => IsUnknown(name, known)) is { } unknown)
        {
            throw InputFields.Invalid($"The field '{Quote.Cut(unknown)}' of the input is not known; known are {string.Join(", ", known)}.");
        }

        var byParts = InputFields.Has(input, "accountId") || InputFields.Has(input, "region") || InputFields.Has(input, "clusterName");
        if (!byParts)
        {
            return ClusterArn.Parse(InputFields.RequiredText(input, "clusterArn"));
        }

        return InputFields.Has(input, "clusterArn")
            ? throw InputFields.Invalid("The input has 'clusterArn' and its parts as well; which one is meant is not guessed.")
            : ClusterArn.Build(
                InputFields.RequiredText(input, "accountId", ClusterArn.IsAccountId, "an account id of twelve digits"),
                InputFields.RequiredText(input, "region", ClusterArn.IsRegion, "a region"),
                InputFields.RequiredText(input, "clusterName", ClusterArn.IsName, "a cluster name that EKS allows"));
    }

    private static bool IsUnknown(string name, string[] known) =>
        !known.Contains(name, StringComparer.Ordinal)
        && !HarmlessPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
