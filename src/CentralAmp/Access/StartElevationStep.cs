using Microsoft.Extensions.Logging;

namespace CentralAmp.Access;

/// <summary>Makes the member role cluster-admin for a moment.</summary>
public sealed class StartElevationStep(Elevation elevation, ILogger<StartElevationStep> log)
{
    public async Task<StartElevationResult> RunAsync(StartElevationRequest request, CancellationToken cancellationToken)
    {
        var change = await elevation.StartAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
        log.ElevationStarted(request.Cluster.Arn);
        return new StartElevationResult(change);
    }
}
