using CentralAmp.Access;
using CentralAmp.Clusters;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record EndElevationRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described);

public sealed record EndElevationResult(Change Change);

/// <summary>Ends the elevation. Every Catch runs this state, too, whether there was an elevation or not.</summary>
public sealed partial class EndElevationStep(Elevation elevation, ILogger<EndElevationStep> logger)
{
    public async Task<EndElevationResult> RunAsync(EndElevationRequest request, CancellationToken cancellationToken)
    {
        var change = await elevation.EndAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
        Ended(request.Cluster.Arn, change);
        return new EndElevationResult(change);
    }

    [LoggerMessage(LogLevel.Information, "Elevation of {ClusterArn}: {Change}")]
    private partial void Ended(string clusterArn, Change change);
}
