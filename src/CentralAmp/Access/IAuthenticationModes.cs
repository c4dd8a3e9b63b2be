using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>An update of a cluster as EKS describes it: InProgress, Failed, Cancelled or Successful.</summary>
/// <param name="Errors">Errors of a failed update; otherwise empty.</param>
public sealed record ModeUpdate(string Status, string Errors);

/// <summary>Adds access entries to clusters that use only their ConfigMap. EKS cannot undo it.</summary>
public interface IAuthenticationModes
{
    /// <summary>From <c>CONFIG_MAP</c> to <c>API_AND_CONFIG_MAP</c>: the ConfigMap continues to work. Returns the update's id; null while another update runs.</summary>
    Task<string?> AddAccessEntriesAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);

    Task<ModeUpdate> DescribeUpdateAsync(ClusterReference cluster, string updateId, ExecutionReference execution, CancellationToken cancellationToken);
}
