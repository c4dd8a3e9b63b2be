using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Collectors;

/// <summary>The properties of a Prometheus resource (monitoring.coreos.com/v1) that CentralAmp reads.</summary>
public sealed record PrometheusResource
{
    /// <summary>Of all shards together.</summary>
    public const int MostPods = 200;

    public string Namespace { get; private init; } = "";

    public string Name { get; private init; } = "";

    public string Uid { get; private init; } = "";

    public string ResourceVersion { get; private init; } = "";

    /// <summary>Sentence about its first invalid field; null if the resource is valid.</summary>
    public string? Malformed { get; private init; }

    /// <summary>Its annotation or label excludes it as the collector.</summary>
    public bool OptedOut { get; private init; }

    /// <summary>Its annotation or label prefers it as the collector.</summary>
    public bool OptedIn { get; private init; }

    /// <summary>It selects every ServiceMonitor and not only labelled ones.</summary>
    public bool SelectsAllMonitors { get; private init; }

    /// <summary>It selects ServiceMonitors of every namespace.</summary>
    public bool SelectsAllNamespaces { get; private init; }

    /// <summary>The monitors that it selects, as fields of the spec of an agent in another namespace; null if they cannot be taken over.</summary>
    public JsonObject? Monitors { get; private init; }

    /// <summary>ServiceMonitors cannot make its pods send a file, such as a token.</summary>
    public bool DeniesFileAccess { get; private init; }

    public bool Paused { get; private init; }

    /// <summary>Why the operator does not reconcile it (condition <c>Reconciled</c> is False); null otherwise.</summary>
    public string? NotReconciled { get; private init; }

    public string ServiceAccount { get; private init; } = "";

    public int Replicas { get; private init; }

    public int Shards { get; private init; }

    /// <summary>The external label that distinguishes replicas; empty if the resource disables it.</summary>
    public string ReplicaLabel { get; private init; } = "";

    /// <summary>Its data survives a new pod.</summary>
    public bool StoragePersists { get; private init; }

    public IReadOnlyList<JsonObject> RemoteWrite { get; private init; } = [];

    /// <summary>Managers of <c>spec.remoteWrite</c>, which is one atomic list.</summary>
    public IReadOnlyList<string> RemoteWriteOwners { get; private init; } = [];

    public IReadOnlyDictionary<string, string> PodAnnotations { get; private init; } = new Dictionary<string, string>();

    /// <summary>CentralAmp manages <see cref="ManagedNames.RoleAnnotation"/> on its pods.</summary>
    public bool PodsRoleIsManaged { get; private init; }

    /// <summary>Value of <see cref="ManagedNames.AppliedAnnotation"/>; null if absent.</summary>
    public int? Applied { get; private init; }

    public bool RemoteWriteIsManaged => RemoteWriteOwners is [ManagedNames.FieldManager];

    public override string ToString() => $"Prometheus '{Namespace}/{Name}'";

    /// <summary>Never fails: an invalid field sets <see cref="Malformed"/>. Defaults are the operator's.</summary>
    public static PrometheusResource Read(JsonObject resource)
    {
        var fields = new FieldReader(resource);
        var annotations = fields.Strings("metadata", "annotations");
        var onboard = annotations.GetValueOrDefault(ManagedNames.OnboardAnnotation)
            ?? fields.Strings("metadata", "labels").GetValueOrDefault(ManagedNames.OnboardAnnotation);
        var read = new PrometheusResource
        {
            Namespace = fields.Required("metadata", "namespace"),
            Name = fields.Required("metadata", "name"),
            Uid = fields.Required("metadata", "uid"),
            ResourceVersion = fields.Required("metadata", "resourceVersion"),
            OptedOut = onboard == "false",
            OptedIn = onboard == "true",
            // An empty selector selects all monitors, a missing one none (operator, API reference).
            SelectsAllMonitors = fields.Object("spec", "serviceMonitorSelector") is { Count: 0 },
            SelectsAllNamespaces = fields.Object("spec", "serviceMonitorNamespaceSelector") is { Count: 0 },
            Applied = int.TryParse(annotations.GetValueOrDefault(ManagedNames.AppliedAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null,
            Monitors = MonitorSelection.Of(resource),
            DeniesFileAccess = fields.Flag("spec", "arbitraryFSAccessThroughSMs", "deny"),
            Paused = fields.Flag("spec", "paused"),
            NotReconciled = OperatorStatus.RefusalOf(resource),
            ServiceAccount = fields.Text("default", "spec", "serviceAccountName") is { Length: > 0 } name ? name : "default",
            Replicas = fields.Number(1, "spec", "replicas"),
            Shards = Math.Max(1, fields.Number(1, "spec", "shards")),
            ReplicaLabel = fields.Text("prometheus_replica", "spec", "replicaExternalLabelName"),
            StoragePersists = Persists(fields.Object("spec", "storage")),
            RemoteWrite = RemoteWriteEntries.Read(fields),
            RemoteWriteOwners = ManagedFields.OwnersOf(resource, "spec", "remoteWrite"),
            PodAnnotations = fields.Strings("spec", "podMetadata", "annotations"),
            PodsRoleIsManaged = ManagedFields.OwnersOf(resource, "spec", "podMetadata", "annotations", ManagedNames.RoleAnnotation).Contains(ManagedNames.FieldManager),
        };
        if (resource["spec"] is null)
        {
            fields.ReportError("spec is missing");
        }

        return Bounded(read, fields) with { Malformed = fields.FirstError };
    }

    /// <summary>Names become paths, and every pod is named in RBAC and in the state machine's data.</summary>
    private static PrometheusResource Bounded(PrometheusResource read, FieldReader fields)
    {
        foreach (var (name, isValid, field) in ((string, bool, string)[])
            [
                (read.Namespace, DnsName.IsLabel(read.Namespace), "metadata.namespace"),
                (read.Name, DnsName.IsName(read.Name), "metadata.name"),
                (read.ServiceAccount, DnsName.IsName(read.ServiceAccount), "spec.serviceAccountName"),
            ])
        {
            if (!isValid)
            {
                fields.ReportError($"{field} '{Quote.Cut(name)}' ({name.Length} characters) is no DNS name");
            }
        }

        if (read.Replicas >= 0 && (long)read.Replicas * read.Shards <= MostPods)
        {
            return read;
        }

        fields.ReportError($"spec.replicas {read.Replicas} in {read.Shards} shard(s) are not 0 to {MostPods} pods");
        return read with { Replicas = 0, Shards = 1 };
    }

    /// <summary>Follows the operator's precedence: emptyDir, then ephemeral, then a claim; no storage means emptyDir.</summary>
    private static bool Persists(JsonObject? storage) => storage is not null && storage["emptyDir"] is null && storage["ephemeral"] is null;
}
