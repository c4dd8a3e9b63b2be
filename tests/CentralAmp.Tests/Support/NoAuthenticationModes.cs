using CentralAmp.Access;
using CentralAmp.Clusters;

namespace CentralAmp.Tests.Support;

/// <summary>For an installation that switches no cluster: every call fails the test.</summary>
internal sealed class NoAuthenticationModes : IAuthenticationModes
{
    public Task<string?> AddAccessEntriesAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The mode of {cluster} was switched without opt-in.");

    public Task<ModeUpdate> DescribeUpdateAsync(
        ClusterReference cluster, string updateId, ExecutionReference execution, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"There is no update {updateId} of {cluster}.");
}
