using Amazon.EKS.Model;
using CentralAmp.Clusters;

namespace CentralAmp.Aws;

/// <summary>Reads clusters with EKS' DescribeCluster and the member role.</summary>
public sealed class EksClusters(AwsClients clients) : IClusterReader
{
    public async Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        using var eks = await clients.MemberEksAsync(cluster, MemberRole.Looking, execution, cancellationToken);
        try
        {
            var answer = await eks.DescribeClusterAsync(new Amazon.EKS.Model.DescribeClusterRequest { Name = cluster.Name }, cancellationToken);
            return Observed(answer.Cluster);
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"describing {cluster}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }

    private static ObservedCluster Observed(Cluster cluster) => new()
    {
        Status = cluster.Status?.Value ?? "",
        CreatedAt = cluster.CreatedAt is { } at ? new DateTimeOffset(at.ToUniversalTime()).ToUnixTimeMilliseconds() : 0,
        Issuer = cluster.Identity?.Oidc?.Issuer,
        Endpoint = cluster.Endpoint,
        EndpointPublicAccess = cluster.ResourcesVpcConfig?.EndpointPublicAccess ?? true,
        PublicAccessCidrs = cluster.ResourcesVpcConfig?.PublicAccessCidrs ?? [],
        CertificateAuthority = cluster.CertificateAuthority?.Data,
        AuthenticationMode = cluster.AccessConfig?.AuthenticationMode?.Value,
        Tags = cluster.Tags ?? [],
    };
}
