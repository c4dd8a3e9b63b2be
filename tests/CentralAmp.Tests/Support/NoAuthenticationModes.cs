using CentralAmp.Access;
using CentralAmp.Clusters;

namespace CentralAmp.Tests.Support;

/// <summary>Of an installation that switches none: a call is a failure of the test.</summary>
internal sealed class NoAuthenticationModes : IAuthenticationModes
{
    public Task<string?> AddAccessEntriesAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The mode of {cluster} was switched, and nobody asked for it.");

    public Task<ModeUpdate> DescribeUpdateAsync(
        ClusterReference cluster, string updateId, ExecutionReference execution, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"There is no update {updateId} of {cluster}.");
}
