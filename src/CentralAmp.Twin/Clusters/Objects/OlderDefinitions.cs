namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>CRDs of an operator of some years ago: fields that came later (operator's CHANGELOG) are not declared.</summary>
internal static class OlderDefinitions
{
    private static readonly string[][] Later =
    [
        ["spec", "remoteWrite", "messageVersion"],
        ["spec", "remoteWrite", "roundRobinDNS"],
        ["spec", "remoteWrite", "noProxy"],
        ["spec", "remoteWrite", "queueConfig", "sampleAgeLimit"],
        ["spec", "remoteWrite", "sigv4", "externalId"],
        ["spec", "remoteWrite", "sigv4", "useFIPSSTSEndpoint"],
        ["spec", "serviceDiscoveryRole"],
        ["spec", "scrapeClasses"],
        ["spec", "mode"],
        ["spec", "scrapeConfigSelector"],
        ["spec", "scrapeConfigNamespaceSelector"],
    ];

    private static readonly Dictionary<ResourceKind, ObjectSchema> Schemas = ((ResourceKind[])[ResourceKind.Prometheus, ResourceKind.PrometheusAgent])
        .ToDictionary(kind => kind, kind => Later.Aggregate(kind.Schema, (schema, path) => schema.Without(path)));

    public static ObjectSchema Of(ResourceKind kind) => Schemas.GetValueOrDefault(kind) ?? kind.Schema;
}
