using CentralAmp.Delivery;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;

namespace CentralAmp.Offboarding;

/// <summary>A Prometheus resource and its service account, one of which has something of ours.</summary>
internal sealed record TouchedCollector(PrometheusResource Prometheus, ServiceAccountResource? ServiceAccount)
{
    /// <summary>The resource itself, not only a service account that it may share with others.</summary>
    public bool HasOursItself =>
        Prometheus.RemoteWriteOwners.Contains(Ours.FieldManager) || Prometheus.PodsRoleIsOurs || Prometheus.Applied is not null;

    public bool HasOurs => HasOursItself || ServiceAccount is { RoleIsOurs: true };

    /// <summary>Someone's own source has an entry of our name, and it needs the role that we gave: taken away, the collector would stop.</summary>
    public bool KeepsEntryAtSource =>
        Prometheus.RemoteWrite.Any(IsOurName)
        && !Prometheus.RemoteWriteIsOurs
        && (Prometheus.PodsRoleIsOurs || ServiceAccount is { RoleIsOurs: true });

    public string? EntryUrl => Prometheus.RemoteWrite.Where(IsOurName).Select(entry => entry["url"]?.ToString()).FirstOrDefault();

    private static bool IsOurName(System.Text.Json.Nodes.JsonObject entry) => entry["name"]?.ToString() == Ours.EntryName;
}

/// <summary>Reads all of them, whatever their owners say about onboarding: also one that was the collector once.</summary>
internal static class TouchedCollectors
{
    public static async Task<IReadOnlyList<TouchedCollector>> GatherAsync(IKubernetes kubernetes, CancellationToken cancellationToken)
    {
        var touched = new List<TouchedCollector>();
        foreach (var resource in await kubernetes.ListAsync(KubernetesPath.AllPrometheuses, cancellationToken) ?? [])
        {
            var prometheus = PrometheusResource.Read(resource);
            var account = await kubernetes.GetAsync(KubernetesPath.ServiceAccount(prometheus.Namespace, prometheus.ServiceAccount), cancellationToken);
            var collector = new TouchedCollector(prometheus, account is null ? null : ServiceAccountResource.Read(account));
            if (collector.HasOurs)
            {
                touched.Add(collector);
            }
        }

        return touched;
    }
}
