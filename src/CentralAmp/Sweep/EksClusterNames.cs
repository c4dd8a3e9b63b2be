using CentralAmp.Aws;

namespace CentralAmp.Sweep;

/// <summary>The names of clusters in an account and region.</summary>
public interface IClusterNames
{
    /// <param name="next">Null for the first page.</param>
    Task<(IReadOnlyList<string> Names, string? Next)> PageAsync(
        string accountId, string region, string? next, ExecutionReference execution, CancellationToken cancellationToken);
}

/// <summary>Calls EKS' ListClusters with the member role.</summary>
public sealed class EksClusterNames(AwsClients clients) : IClusterNames
{
    /// <summary>The largest page that EKS returns.</summary>
    private const int PageSize = 100;

    public async Task<(IReadOnlyList<string> Names, string? Next)> PageAsync(
        string accountId, string region, string? next, ExecutionReference execution, CancellationToken cancellationToken)
    {
        using var eks = await clients.AccountEksAsync(accountId, region, execution, cancellationToken);
        try
        {
            var page = await eks.ListClustersAsync(new Amazon.EKS.Model.ListClustersRequest { MaxResults = PageSize, NextToken = next }, cancellationToken);
            return (page.Clusters ?? [], string.IsNullOrEmpty(page.NextToken) ? null : page.NextToken);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"listing the clusters of {accountId}/{region}", CallSide.Member, out var failure))
        {
            throw failure;
        }
    }
}
