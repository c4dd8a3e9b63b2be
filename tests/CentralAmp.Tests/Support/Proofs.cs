using CentralAmp.Clusters;
using CentralAmp.Registry;

namespace CentralAmp.Tests.Support;

/// <summary>What IAM proves.</summary>
internal static class Proofs
{
    /// <summary>There is no role, or it trusts nobody.</summary>
    public static Task<IReadOnlyList<string>> NothingProven() => Proven([]);

    public static Task<IReadOnlyList<string>> Proven(params string[] subjects) => Task.FromResult<IReadOnlyList<string>>(subjects);

    public static RegistryItem Empty() => new() { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified };
}
