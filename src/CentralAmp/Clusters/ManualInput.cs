using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Parses the input from an operator, a sweep or another state machine: a cluster by ARN or by its parts, and further fields. Pure.</summary>
internal static class ManualInput
{
    private static readonly string[] ClusterFields = ["clusterArn", "accountId", "region", "clusterName"];

    // The console and a calling state machine add these fields.
    private static readonly string[] IgnoredPrefixes = ["comment", "aws_step_functions_"];

    /// <param name="others">Further fields that the input may have.</param>
    /// <exception cref="BlockedException">A field is missing, invalid or unknown: a misspelt field must not be ignored.</exception>
    public static ClusterReference Cluster(JsonElement input, params string[] others)
    {
        string[] known = [.. ClusterFields, .. others];
        if (input.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => IsUnknown(name, known)) is { } unknown)
        {
            throw InputFields.Invalid($"The field '{Quote.Cut(unknown)}' of the input is unknown; expected {string.Join(", ", known)}.");
        }

        var byParts = InputFields.Has(input, "accountId") || InputFields.Has(input, "region") || InputFields.Has(input, "clusterName");
        if (!byParts)
        {
            return ClusterArn.Parse(InputFields.RequiredText(input, "clusterArn"));
        }

        return InputFields.Has(input, "clusterArn")
            ? throw InputFields.Invalid("The input has 'clusterArn' and the cluster's parts as well; give only one of the two.")
            : ClusterArn.Build(
                InputFields.RequiredText(input, "accountId", ClusterArn.IsAccountId, "an account id of twelve digits"),
                InputFields.RequiredText(input, "region", ClusterArn.IsRegion, "a region"),
                InputFields.RequiredText(input, "clusterName", ClusterArn.IsName, "a valid cluster name in EKS"));
    }

    private static bool IsUnknown(string name, string[] known) =>
        !known.Contains(name, StringComparer.Ordinal)
        && !IgnoredPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
