using System.Text.RegularExpressions;
using Amazon;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Checks the parts of a cluster's identity, from an ARN or one by one.</summary>
public static partial class ClusterArn
{
    /// <summary>First parts of the regions in the SDK's list (us, eu, cn, …), so that new regions with one of these prefixes are accepted.</summary>
    private static readonly HashSet<string> PartsOfTheWorld =
        [.. RegionEndpoint.EnumerableAllRegions.Select(region => region.SystemName.Split('-')[0])];

    /// <exception cref="BlockedException">ClusterArnInvalid; the sentence names the invalid part.</exception>
    public static ClusterReference Parse(string arn)
    {
        var parts = arn.Split(':', 6);
        return arn switch
        {
            _ when parts.Length != 6 || parts[0] != "arn" => throw Invalid(arn, "it is not an ARN"),
            _ when parts[2] != "eks" => throw Invalid(arn, $"its service is '{parts[2]}', not 'eks'"),
            _ when !IsRegion(parts[3]) => throw Invalid(arn, $"'{parts[3]}' is not a region"),
            _ when parts[1] != PartitionOf(parts[3]) => throw Invalid(arn, $"region '{parts[3]}' is in partition '{PartitionOf(parts[3])}', not '{parts[1]}'"),
            _ when !IsAccountId(parts[4]) => throw Invalid(arn, $"'{parts[4]}' is not an account id of twelve digits"),
            _ when !parts[5].StartsWith("cluster/", StringComparison.Ordinal) => throw Invalid(arn, $"'{parts[5]}' is not a cluster"),
            _ when !IsName(parts[5]["cluster/".Length..]) => throw Invalid(arn, $"'{parts[5]["cluster/".Length..]}' is not a valid name in EKS"),
            _ => new ClusterReference(arn, parts[1], parts[4], parts[3], parts[5]["cluster/".Length..]),
        };
    }

    /// <summary>Builds a reference from parts that have been validated.</summary>
    public static ClusterReference Build(string accountId, string region, string name)
    {
        var partition = PartitionOf(region);
        return new ClusterReference($"arn:{partition}:eks:{region}:{accountId}:cluster/{name}", partition, accountId, region, name);
    }

    public static bool IsRegion(string text) => Region().IsMatch(text) && PartsOfTheWorld.Contains(text.Split('-')[0]);

    public static bool IsAccountId(string text) => AccountId().IsMatch(text);

    public static bool IsName(string text) => Name().IsMatch(text);

    private static string PartitionOf(string region) => RegionEndpoint.GetBySystemName(region).PartitionName;

    private static BlockedException Invalid(string arn, string why) => new(
        Causes.ClusterArnInvalid,
        $"'{Quote.Cut(arn)}' does not name an EKS cluster: {why}.",
        "Give the ARN as 'aws eks describe-cluster' shows it.");

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}\z")]
    private static partial Regex Region();

    [GeneratedRegex(@"\A[0-9]{12}\z")]
    private static partial Regex AccountId();

    // The pattern and length of the EKS API's ClusterName.
    [GeneratedRegex(@"\A[0-9A-Za-z][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex Name();
}
