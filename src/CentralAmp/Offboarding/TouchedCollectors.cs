using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Offboarding;

/// <summary>A Prometheus resource and its service account, one of which has something of ours.</summary>
/// <param name="HasOurRole">Whoever set it: the service account assumes a role of ours.</param>
internal sealed record TouchedCollector(PrometheusResource Prometheus, ServiceAccountResource? ServiceAccount, bool HasOurRole = false)
{
    /// <summary>The resource itself, not only a service account that it may share with others.</summary>
    public bool HasOursItself =>
        Prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager) || Prometheus.PodsRoleIsManaged || Prometheus.Applied is not null;

    public bool HasOurs => HasOursItself || ServiceAccount is { RoleIsManaged: true } || KeepsEntryAtSource;

    /// <summary>Someone's own source has an entry of our name, and it needs the role that we gave: taken away, the collector would stop.</summary>
    public bool KeepsEntryAtSource =>
        Prometheus.RemoteWrite.Any(IsOurName)
        && !Prometheus.RemoteWriteIsManaged
        && (Prometheus.PodsRoleIsManaged || HasOurRole || ServiceAccount is { RoleIsManaged: true });

    public string? EntryUrl => Prometheus.RemoteWrite.Where(IsOurName).Select(entry => entry["url"]?.ToString()).FirstOrDefault();

    private static bool IsOurName(System.Text.Json.Nodes.JsonObject entry) => entry["name"]?.ToString() == ManagedNames.EntryName;
}

/// <summary>Reads all of them, whatever their owners say about onboarding: also one that was the collector once.</summary>
internal static class TouchedCollectors
{
    /// <param name="roleArns">Roles of this cluster.</param>
    public static async Task<IReadOnlyList<TouchedCollector>> ObserveAsync(
        IKubernetes kubernetes, IReadOnlyCollection<string> roleArns, CancellationToken cancellationToken)
    {
        var touched = new List<TouchedCollector>();
        foreach (var resource in await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken) ?? [])
        {
            var prometheus = PrometheusResource.Read(resource);
            var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(prometheus.Namespace, prometheus.ServiceAccount), cancellationToken);
            var read = account is null ? null : ServiceAccountResource.Read(account);
            var collector = new TouchedCollector(prometheus, read, read is not null && roleArns.Contains(read.RoleArn));
            if (collector.HasOurs)
            {
                touched.Add(collector);
            }
        }

        return touched;
    }
}
