using CentralAmp.Access;
using CentralAmp.Failures;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Clusters;

/// <summary>Looks at the cluster once: admits it, waits, or ends the road. The state machine does the polling.</summary>
public sealed class DescribeClusterStep(
    IClusterReader clusters, Elevation elevation, HubSettings settings, TimeProvider time, ILogger<DescribeClusterStep> log)
{
    public async Task<ClusterDescription> RunAsync(DescribeClusterRequest request, CancellationToken cancellationToken)
    {
        var cluster = request.Cluster;
        var observed = await clusters.FindAsync(cluster, request.Execution, cancellationToken);

        // Before the decision, so that no outcome of it leaves an admin behind.
        if (observed is not null && CanBeElevated(observed)
            && await elevation.EndAsync(cluster, observed.CreatedAt, request.Execution, cancellationToken) != Change.Unchanged)
        {
            log.StaleElevationRemoved(cluster.Arn);
        }

        var described = Admit(request, observed);
        log.ClusterDescribed(cluster.Arn, observed?.Status ?? "gone", described.Next);
        return described;
    }

    // Of a cluster that was seen, the refusal is a result with its createdAt; one that is gone has nothing to register.
    private ClusterDescription Admit(DescribeClusterRequest request, ObservedCluster? observed)
    {
        try
        {
            return ClusterAdmission.Decide(request.Cluster, observed, time.GetUtcNow() - request.Execution.StartedAt, settings);
        }
        catch (BlockedException refusal) when (observed is not null)
        {
            return new ClusterDescription { Next = ClusterNext.Refuse, CreatedAt = observed.CreatedAt, Refusal = refusal.Message };
        }
    }

    /// <summary>EKS refuses to talk about access entries of a cluster that is not there yet, or knows only its ConfigMap.</summary>
    private static bool CanBeElevated(ObservedCluster observed) =>
        observed.Status is not ("CREATING" or "PENDING") && observed.AuthenticationMode is "API" or "API_AND_CONFIG_MAP";
}
