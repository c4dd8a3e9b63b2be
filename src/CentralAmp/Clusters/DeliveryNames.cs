namespace CentralAmp.Clusters;

/// <summary>Words for how remote-write configuration reaches a collector (design.md, "Delivery").</summary>
public static class DeliveryNames
{
    /// <summary>The first of the others that fits; never in a plan.</summary>
    public const string Auto = "auto";

    /// <summary>The cluster's own Prometheus gets our entry.</summary>
    public const string Prometheus = "prometheus";

    /// <summary>The cluster's operator runs an agent of ours beside it.</summary>
    public const string PrometheusAgent = "prometheus-agent";

    /// <summary>Without an operator: our own Prometheus in agent mode.</summary>
    public const string Agent = "agent";

    /// <summary>People merge what we write down for them.</summary>
    public const string Values = "values";

    public const string Expected = "auto, prometheus, prometheus-agent, agent or values";

    public static bool IsKnown(string value) => value is Auto or Prometheus or PrometheusAgent or Agent or Values;

    /// <summary>What runs is ours: its namespace, service account and configuration.</summary>
    public static bool IsManagedAgent(string delivery) => delivery is PrometheusAgent or Agent;
}
