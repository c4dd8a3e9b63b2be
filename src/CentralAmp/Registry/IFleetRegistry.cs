using System.Globalization;
using CentralAmp.Failures;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Registry;

/// <summary>The registry as the sweep needs it.</summary>
public interface IFleetRegistry
{
    /// <summary>Takes the lease. Null while another sweep holds it; the same sweep again for the execution that holds it already.</summary>
    Task<SweepReference?> TryBeginAsync(ExecutionReference execution, bool ignoreBrake, CancellationToken cancellationToken);

    /// <summary>False when the lease was lost: another sweep is at work.</summary>
    Task<bool> HoldAsync(ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Writes the summary and gives the lease back.</summary>
    Task EndAsync(ExecutionReference execution, SweepRecord record, CancellationToken cancellationToken);

    Task RecordAccountsAsync(SweepReference sweep, int page, IReadOnlyList<string> accounts, CancellationToken cancellationToken);

    /// <summary>All pages of this sweep.</summary>
    Task<IReadOnlySet<string>> ListedAccountsAsync(SweepReference sweep, CancellationToken cancellationToken);

    Task ReportAsync(UnreachedPlace place, CancellationToken cancellationToken);

    Task<FleetItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken);

    /// <summary>All that ever had this ARN, the oldest first.</summary>
    Task<IReadOnlyList<FleetItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken);

    /// <summary>Never touches what a newer CentralAmp wrote.</summary>
    Task WriteFindingAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken);

    /// <summary>Registers a cluster of which only something of ours is known, or adds to what is known.</summary>
    Task RegisterOrphanAsync(RegistryItem item, SweepReference sweep, CancellationToken cancellationToken);

    /// <summary>Says of a registered cluster that something of ours is left.</summary>
    Task MarkOrphanAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken);

    /// <param name="next">Where the last page ended; null for the first.</param>
    Task<FleetPage> ScanAsync(string? next, CancellationToken cancellationToken);
}

internal static class SweepLease
{
    /// <summary>A sweep whose lease ran out while another began stops where it is.</summary>
    public static async Task RequireLeaseAsync(this IFleetRegistry registry, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await registry.HoldAsync(execution, cancellationToken))
        {
            throw new BlockedException(Causes.SweepRunning, "Another sweep has begun meanwhile; this one goes no further.", "None: the other one does the work.");
        }
    }
}
