using CentralAmp.Access;
using CentralAmp.Clusters;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Trust">
/// Absent before the trust is ensured. Afterwards the access entry was there: if it is missing now, the cluster was offboarded meanwhile, and it is not
/// created again.
/// </param>
public sealed record StartElevationRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, EnsureTrustResult? Trust = null);

public sealed record StartElevationResult(Change Change);

/// <summary>Makes the member role cluster-admin until the RBAC is installed.</summary>
public sealed partial class StartElevationStep(Elevation elevation, ILogger<StartElevationStep> logger)
{
    public async Task<StartElevationResult> RunAsync(StartElevationRequest request, CancellationToken cancellationToken)
    {
        var change = await elevation.StartAsync(request.Cluster, request.Described.CreatedAt, request.Execution, createsEntry: request.Trust is null, cancellationToken);
        Started(request.Cluster.Arn);
        return new StartElevationResult(change);
    }

    [LoggerMessage(LogLevel.Information, "Elevated in {ClusterArn}")]
    private partial void Started(string clusterArn);
}
