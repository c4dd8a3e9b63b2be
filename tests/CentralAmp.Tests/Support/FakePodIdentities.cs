using CentralAmp.Clusters;
using CentralAmp.Collectors;

namespace CentralAmp.Tests.Support;

/// <summary>EKS Pod Identity: one association, or none.</summary>
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
