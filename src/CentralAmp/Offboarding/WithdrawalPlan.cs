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

/// <summary>Decides which collector is next, and says it in the words of onboarding. Pure.</summary>
internal static class WithdrawalPlan
{
    /// <returns>The next collector; or why nothing more may be withdrawn; or neither, when none is left.</returns>
    public static (TouchedCollector? Next, Failure? Refusal) Next(IReadOnlyList<TouchedCollector> touched)
    {
        var kept = touched.Where(collector => collector.KeepsEntryAtSource).ToList();
        // A service account may be shared: it gives up the role only when no resource needs it any more.
        var next = touched.Where(collector => !collector.KeepsEntryAtSource && !IsSharedWith(kept, collector))
            .OrderByDescending(collector => collector.HasOursItself)
            .FirstOrDefault();
        return next is not null || kept.Count == 0 ? (next, null) : (null, KeptAtSource(kept[0]));
    }

    public static OnboardingPlan Of(ResolveOffboardingResult resolved, TouchedCollector collector, HubSettings settings) => new()
    {
        Next = PlanNext.Deliver,
        Sentence = $"What CentralAmp put into {collector.Prometheus} is taken back.",
        WorkspaceArn = resolved.Registered.WorkspaceArn ?? settings.WorkspaceArn,
        // Only to know our entry by; an entry that is not there needs none.
        WorkspaceEndpoint = collector.EntryUrl?.Replace(Workspace.RemoteWriteUrlOf(""), "", StringComparison.Ordinal) ?? "",
        IngestRoleName = IssuedNames.Role(resolved),
        ClusterLabel = ClusterLabels.Of(resolved.Cluster, settings.ClusterLabelFormat).Cluster,
        Collector = Collector.Of(collector.Prometheus),
        Change = Change.Updated,
    };

    /// <summary>What service accounts of the cluster may assume.</summary>
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

    /// <summary>A road that waits for people to merge has recorded no collector role yet; its name is known.</summary>
    private static string? CollectorRoleOf(ResolveOffboardingResult resolved, HubSettings settings) => resolved.Registered switch
    {
        { CollectorRoleArn: { } recorded } => recorded,
        { TrustMode: TrustModes.Chained } when !IssuedNames.IsHubsOwn(resolved.Cluster, settings) =>
            CollectorRole.Arn(resolved.Cluster, IssuedNames.Role(resolved), settings),
        _ => null,
    };

    private static bool IsSharedWith(List<TouchedCollector> kept, TouchedCollector collector) =>
        !collector.HasOursItself && kept.Any(other => other.ServiceAccount?.Uid == collector.ServiceAccount?.Uid);

    private static Failure KeptAtSource(TouchedCollector collector) => Failure.Blocked(
        Causes.EntryKeptAtSource,
        $"The list of remote writes of {collector.Prometheus} comes from its own source and still has our entry '{ManagedNames.EntryName}'; "
        + "without its role that Prometheus could not reload.",
        "Remove the entry at its source (Helm values, Git), then execute again.");
}
