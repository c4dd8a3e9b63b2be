using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>Decides which collector is withdrawn next, as a plan in onboarding's format. Pure.</summary>
internal static class WithdrawalPlan
{
    /// <returns>The next collector, or the reason why no more may be withdrawn; both null if no collector remains.</returns>
    public static (ManagedCollector? Next, Failure? Refusal) Next(IReadOnlyList<ManagedCollector> managed)
    {
        var kept = managed.Where(collector => collector.KeepsEntryAtSource).ToList();
        // Resources may share a service account: its role is removed only if no resource needs it any more.
        var next = managed.Where(collector => !collector.KeepsEntryAtSource && !IsSharedWith(kept, collector))
            .OrderByDescending(collector => collector.HasManagedResource)
            .FirstOrDefault();
        return next is not null || kept.Count == 0 ? (next, null) : (null, KeptAtSource(kept[0]));
    }

    public static OnboardingPlan Of(ResolveOffboardingResult resolved, ManagedCollector collector, HubSettings settings) => new()
    {
        Next = PlanNext.Deliver,
        Sentence = $"CentralAmp withdraws its configuration from {collector.Prometheus}.",
        WorkspaceArn = resolved.Registered.WorkspaceArn ?? settings.WorkspaceArn,
        // Only to identify the managed entry; without an entry it is not needed.
        WorkspaceEndpoint = collector.EntryUrl?.Replace(Workspace.RemoteWriteUrlOf(""), "", StringComparison.Ordinal) ?? "",
        IngestRoleName = IssuedNames.Role(resolved),
        ClusterLabel = ClusterLabels.Of(resolved.Cluster, settings.ClusterLabelFormat).Cluster,
        Collector = Collector.Of(collector.Prometheus),
        Change = Change.Updated,
    };

    /// <summary>The roles that service accounts of the cluster may assume.</summary>
    public static IReadOnlyCollection<string> RolesOf(ResolveOffboardingResult resolved, HubSettings settings)
    {
        var ingest = IngestRole.Arn(resolved.Cluster, IssuedNames.Role(resolved), settings);
        return CollectorRoleOf(resolved, settings) is { } collector ? [ingest, collector] : [ingest];
    }

    public static EnsureTrustResult TrustOf(ResolveOffboardingResult resolved, HubSettings settings)
    {
        var ingest = IngestRole.Arn(resolved.Cluster, IssuedNames.Role(resolved), settings);
        return new EnsureTrustResult(Change.Unchanged, CollectorRoleOf(resolved, settings) ?? ingest, ProviderArn: "", RbacAccess.Allowed) { IngestRoleArn = ingest };
    }

    /// <summary>An onboarding that waits for an operator to merge values has recorded no collector role yet; its name follows from the cluster.</summary>
    private static string? CollectorRoleOf(ResolveOffboardingResult resolved, HubSettings settings) => resolved.Registered switch
    {
        { CollectorRoleArn: { } recorded } => recorded,
        { TrustMode: TrustModes.Chained } when !IssuedNames.IsInHubAccount(resolved.Cluster, settings) =>
            CollectorRole.Arn(resolved.Cluster, IssuedNames.Role(resolved), settings),
        _ => null,
    };

    private static bool IsSharedWith(List<ManagedCollector> kept, ManagedCollector collector) =>
        !collector.HasManagedResource && kept.Any(other => other.ServiceAccount?.Uid == collector.ServiceAccount?.Uid);

    private static Failure KeptAtSource(ManagedCollector collector) => Failure.Blocked(
        Causes.EntryKeptAtSource,
        $"Another manager applies the remote-write list of {collector.Prometheus}, which still has the entry '{ManagedNames.EntryName}'; "
        + "without the role of that entry, Prometheus could not reload.",
        "Remove the entry at its source (Helm values, Git), then execute again.");
}
