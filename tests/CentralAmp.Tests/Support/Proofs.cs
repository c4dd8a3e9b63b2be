using CentralAmp.Clusters;
using CentralAmp.Registry;

namespace CentralAmp.Tests.Support;

/// <summary>What IAM proves, and what the registry makes of a change of the facts.</summary>
internal static class Proofs
{
    /// <summary>There is no role, or it trusts nobody.</summary>
    public static Task<IReadOnlyList<string>> NothingProven() => Proven([]);

    public static Task<IReadOnlyList<string>> Proven(params string[] subjects) => Task.FromResult<IReadOnlyList<string>>(subjects);

    /// <summary>The item after the write, as DynamoDB makes it.</summary>
    public static RegistryItem After(this RegistryItem item, FactsUpdate update) => item with
    {
        Facts = new ClusterFacts
        {
            Collector = update.IsAnnouncement ? item.Facts.Collector ?? update.Collector?.ToString() : update.Collector?.ToString() ?? item.Facts.Collector,
            Collectors =
            [
                .. item.Facts.Collectors
                    .Union(update.Ended.Count == 0 ? update.Sends.Select(sends => sends.ToString()) : [])
                    .Except(update.Ended.Select(ended => ended.ToString())),
            ],
            Objects = [.. item.Facts.Objects.Union(update.Objects.Select(one => one.ToString()))],
            NamespaceUid = update.NamespaceUid ?? item.Facts.NamespaceUid,
        },
    };

    public static RegistryItem Empty() => new() { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified };
}
