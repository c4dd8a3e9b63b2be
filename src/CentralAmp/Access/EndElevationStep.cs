using Microsoft.Extensions.Logging;

namespace CentralAmp.Access;

/// <summary>Takes the elevation back; also in every Catch, whether there was one or not.</summary>
public sealed class EndElevationStep(Elevation elevation, ILogger<EndElevationStep> log)
{
    public async Task<EndElevationResult> RunAsync(EndElevationRequest request, CancellationToken cancellationToken)
    {
        var change = await elevation.EndAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
        log.ElevationEnded(request.Cluster.Arn, change);
        return new EndElevationResult(change);
    }
}
