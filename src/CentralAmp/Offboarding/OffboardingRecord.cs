using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Registry;

namespace CentralAmp.Offboarding;

/// <summary>
/// Which objects in the cluster an offboarding may change or delete: those that the registry names, and where it does not know the collector, those of the
/// service accounts that the cluster's role trusts. Pure.
/// </summary>
/// <param name="Trusted">The subjects that the role trusts; they count only if the registry does not explain them.</param>
internal sealed record OffboardingRecord(RegisteredTrust Registered, IReadOnlyList<string> Trusted)
{
    private static readonly ClusterFacts NoFacts = new();
    private static readonly string[] OfAgent = [DeliveryNames.Agent, DeliveryNames.PrometheusAgent, DeliveryNames.Values];

    private ClusterFacts Facts => Registered.Facts ?? NoFacts;

    /// <summary>The registry has no collector, or one that the role does not trust: then it is older than the role.</summary>
    private IReadOnlyList<string> Proven => Facts.Onboarded() is { } recorded && (Trusted.Count == 0 || Trusted.Contains(recorded.Subject)) ? [] : Trusted;

    public bool Names(PrometheusResource prometheus) =>
        Facts.Has("Prometheus", $"{prometheus.Namespace}/{prometheus.Name}", prometheus.Uid)
        || Facts.AllCollectors().Any(known => (known.Namespace, known.Name, known.Uid) == (prometheus.Namespace, prometheus.Name, prometheus.Uid))
        || Proven.Contains(RecordedCollector.SubjectOf(prometheus.Namespace, prometheus.ServiceAccount));

    public bool Names(ServiceAccountResource account) =>
        Facts.Has("ServiceAccount", $"{account.Namespace}/{account.Name}", account.Uid)
        || Proven.Contains(RecordedCollector.SubjectOf(account.Namespace, account.Name));

    /// <summary>
    /// RBAC with CentralAmp's names and label. What reads the cluster, and what writes a collector of record, this offboarding may have installed itself.
    /// </summary>
    public bool NamesRbac(string kind, string @namespace, string name) =>
        (@namespace.Length == 0 && name == RbacManifests.ReadName)
        || Facts.Has(kind, @namespace.Length == 0 ? name : $"{@namespace}/{name}")
        || (@namespace.Length == 0 ? MayHaveMadeNamespace : Namespaces().Contains(@namespace, StringComparer.Ordinal));

    /// <summary>An item from before the facts names the namespace by the delivery; without an item, the role's trust names it.</summary>
    public bool NamesNamespace(JsonObject @namespace) =>
        ManagedNames.IsManaged(@namespace)
        && (Facts.IsNamespace(@namespace["metadata"]?["uid"]?.ToString() ?? "") || (Facts.NamespaceUid is null && MayHaveMadeNamespace));

    private bool MayHaveMadeNamespace => Facts.NamespaceUid is not null
        || Proven.Contains(RecordedCollector.SubjectOf(AgentNames.Namespace, AgentNames.ServiceAccount))
        || (Facts.Onboarded() is null && OfAgent.Contains(Registered.Delivery) && (Registered.RoleArn is not null || Trusted.Count > 0));

    private IEnumerable<string> Namespaces() =>
    [
        .. Facts.AllCollectors().Select(known => known.Namespace),
        .. Facts.AllObjects().Where(item => item.Kind == "Prometheus").Select(item => item.Path.Split('/')[0]),
        .. Proven.Select(subject => subject.Split(':')).Where(parts => parts.Length == 4).Select(parts => parts[2]),
        .. MayHaveMadeNamespace ? (string[])[AgentNames.Namespace] : [],
    ];
}
