using Microsoft.Extensions.Logging;

namespace CentralAmp.Clusters;

/// <summary>Validates the input and yields the cluster that the road is for.</summary>
public sealed class ResolveClusterStep(ILogger<ResolveClusterStep> log)
{
    public Task<ResolveClusterResult> RunAsync(ResolveClusterRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = ClusterInput.Read(request.Input);
        log.ClusterResolved(result.Cluster.Arn, result.DryRun);
        return Task.FromResult(result);
    }
}
