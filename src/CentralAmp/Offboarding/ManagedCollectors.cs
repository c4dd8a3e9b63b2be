using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Offboarding;

/// <summary>A Prometheus resource and its service account, at least one of which carries managed configuration.</summary>
/// <param name="AssumesManagedRole">The service account names a role of this cluster, whichever manager set the annotation.</param>
internal sealed record ManagedCollector(PrometheusResource Prometheus, ServiceAccountResource? ServiceAccount, bool AssumesManagedRole = false)
{
    /// <summary>The resource itself, not only the service account, which it may share with others.</summary>
    public bool HasManagedResource =>
        Prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager) || Prometheus.PodsRoleIsManaged || Prometheus.Applied is not null;

    public bool HasManagedParts => HasManagedResource || ServiceAccount is { RoleIsManaged: true } || KeepsEntryAtSource;

    /// <summary>Another manager applies an entry named like CentralAmp's, and the entry needs the role: without it, the collector would stop.</summary>
    public bool KeepsEntryAtSource =>
        Prometheus.RemoteWrite.Any(IsManagedName)
        && !Prometheus.RemoteWriteIsManaged
        && (Prometheus.PodsRoleIsManaged || AssumesManagedRole || ServiceAccount is { RoleIsManaged: true });

    public string? EntryUrl => Prometheus.RemoteWrite.Where(IsManagedName).Select(entry => entry["url"]?.ToString()).FirstOrDefault();

    private static bool IsManagedName(JsonObject entry) => entry["name"]?.ToString() == ManagedNames.EntryName;
}

/// <summary>Reads all Prometheus resources regardless of the settings for onboarding: a former collector counts, too.</summary>
internal static class ManagedCollectors
{
    /// <summary>Only those of record: anybody can apply a resource with CentralAmp's marks.</summary>
    /// <param name="roleArns">The ingest role and the collector role of this cluster.</param>
    public static async Task<IReadOnlyList<ManagedCollector>> ObserveAsync(
        IKubernetes kubernetes, IReadOnlyCollection<string> roleArns, OffboardingRecord record, CancellationToken cancellationToken)
    {
        var managed = new List<ManagedCollector>();
        foreach (var resource in await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken) ?? [])
        {
            var prometheus = PrometheusResource.Read(resource);
            if (!record.Names(prometheus))
            {
                continue;
            }

            var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(prometheus.Namespace, prometheus.ServiceAccount), cancellationToken);
            var read = account is null ? null : ServiceAccountResource.Read(account);
            var collector = new ManagedCollector(prometheus, read, read is not null && roleArns.Contains(read.RoleArn));
            if (collector.HasManagedParts)
            {
                managed.Add(collector);
            }
        }

        return managed;
    }
}
