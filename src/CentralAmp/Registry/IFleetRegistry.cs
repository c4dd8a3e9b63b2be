using System.Globalization;
using CentralAmp.Failures;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Registry;

/// <summary>The registry's operations for the sweep.</summary>
public interface IFleetRegistry
{
    /// <summary>Takes the lease. Null while another sweep holds it. An execution that holds it already gets the same sweep again.</summary>
    Task<SweepReference?> TryBeginAsync(ExecutionReference execution, bool ignoreBrake, CancellationToken cancellationToken);

    /// <summary>Renews the lease. False if the lease was lost: another sweep is running.</summary>
    Task<bool> HoldAsync(ExecutionReference execution, CancellationToken cancellationToken);

    /// <summary>Writes the summary and releases the lease.</summary>
    Task EndAsync(ExecutionReference execution, SweepRecord record, CancellationToken cancellationToken);

    /// <summary>Records one page of the accounts that Organizations lists.</summary>
    Task RecordAccountsAsync(SweepReference sweep, int page, IReadOnlyList<string> accounts, CancellationToken cancellationToken);

    /// <summary>The accounts of all pages of this sweep.</summary>
    Task<IReadOnlySet<string>> ListedAccountsAsync(SweepReference sweep, CancellationToken cancellationToken);

    /// <summary>Records that the sweep could not read an account or region.</summary>
    Task ReportAsync(UnreachedPlace place, CancellationToken cancellationToken);

    /// <summary>Records the resources of an account that have CentralAmp's tags and prove nothing.</summary>
    Task ReportAsync(UnprovenResources unproven, CancellationToken cancellationToken);

    Task<FleetItem?> FindAsync(string clusterArn, long createdAt, CancellationToken cancellationToken);

    /// <summary>All recorded clusters of this ARN, the oldest first.</summary>
    Task<IReadOnlyList<FleetItem>> OfClusterAsync(string clusterArn, CancellationToken cancellationToken);

    /// <summary>Writes a finding. Never changes an item of a newer version of CentralAmp.</summary>
    Task WriteFindingAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken);

    /// <summary>Registers a cluster of which only managed objects are known, or adds to its item.</summary>
    Task RegisterOrphanAsync(RegistryItem item, SweepReference sweep, CancellationToken cancellationToken);

    /// <summary>Records that managed objects of a registered cluster remain.</summary>
    Task MarkOrphanAsync(string clusterArn, long createdAt, SweepReference sweep, Inspection inspection, CancellationToken cancellationToken);

    /// <param name="next">Last key of the previous page; null for the first page.</param>
    Task<FleetPage> ScanAsync(string? next, CancellationToken cancellationToken);
}

internal static class SweepLease
{
    /// <summary>Stops a sweep whose lease expired after another sweep began.</summary>
    public static async Task RequireLeaseAsync(this IFleetRegistry registry, ExecutionReference execution, CancellationToken cancellationToken)
    {
        if (!await registry.HoldAsync(execution, cancellationToken))
        {
            throw new BlockedException(Causes.SweepRunning, "Another sweep has begun meanwhile; this one stops.", "None: the other sweep does the work.");
        }
    }
}
