using CentralAmp.Clusters;
using CentralAmp.Collectors;

namespace CentralAmp.Tests.Support;

/// <summary>EKS Pod Identity with at most one association.</summary>
public sealed class FakePodIdentities : IPodIdentities
{
    public string? Association { get; set; }

    public int Calls { get; private set; }

    public Task<string?> FindAsync(
        ClusterReference cluster, string @namespace, string serviceAccount, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Calls++;
        return Task.FromResult(Association);
    }
}
