namespace CentralAmp.Tests.Architecture;

/// <summary>One layer of <c>src/CentralAmp</c> with its folders. A folder may use the folders after it, and all folders of lower layers.</summary>
internal sealed record Layer(string Name, params string[] Folders);

/// <summary>The layers from the top down. The picture in <c>docs/architecture.md</c> shows the same list.</summary>
internal static class Layers
{
    /// <summary>The namespace of the files that lie beside the folders.</summary>
    public const string Root = "CentralAmp";

    public static readonly IReadOnlyList<Layer> All =
    [
        new("workflows", "Sweep", "Offboarding", "Onboarding"),
        new(
            "capabilities",
            "Silence",
            "Verification",
            "Proof",
            "Access",
            "Deliveries.Choice",
            "Deliveries.Values",
            "Deliveries.Agent",
            "Deliveries.PrometheusAgent",
            "Deliveries.Prometheus",
            "Deliveries",
            "Deliveries.Managed",
            "Trust",
            "RemoteWrite",
            "Collectors",
            "Registry"),
        new("platform", "Kubernetes", "Aws"),
        new("model", "Settings", "Routes", "Clusters", "Failures"),
    ];

    /// <summary>All namespaces, the highest first.</summary>
    public static IReadOnlyList<string> Namespaces { get; } = [.. All.SelectMany(layer => layer.Folders).Select(folder => $"{Root}.{folder}"), Root];
}
