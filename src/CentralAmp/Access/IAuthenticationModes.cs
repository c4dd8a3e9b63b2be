using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>An update of a cluster as EKS describes it: InProgress, Failed, Cancelled or Successful.</summary>
/// <param name="Errors">Of one that failed; empty else.</param>
public sealed record ModeUpdate(string Status, string Errors);

/// <summary>Switches clusters that know only their ConfigMap to one more mode. There is no way back, in EKS or here.</summary>
public interface IAuthenticationModes
{
    /// <summary>From <c>CONFIG_MAP</c> to <c>API_AND_CONFIG_MAP</c>: the ConfigMap goes on working. The update's id; null while another update runs.</summary>
    Task<string?> AddAccessEntriesAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    Task<ModeUpdate> DescribeUpdateAsync(ClusterReference cluster, string updateId, ExecutionReference execution, CancellationToken cancellationToken);
}
