namespace CentralAmp.Clusters;

/// <summary>Names of the deliveries: the ways in which remote-write configuration reaches a collector.</summary>
public static class DeliveryNames
{
    /// <summary>Setting only, never in a plan: the first of the others that fits.</summary>
    public const string Auto = "auto";

    /// <summary>The cluster's existing Prometheus gets CentralAmp's remote-write entry.</summary>
    public const string Prometheus = "prometheus";

    /// <summary>The cluster's Prometheus operator runs a managed agent beside the existing Prometheus.</summary>
    public const string PrometheusAgent = "prometheus-agent";

    /// <summary>Without a Prometheus operator: a managed Prometheus in agent mode.</summary>
    public const string Agent = "agent";

    /// <summary>CentralAmp writes Helm values into a ConfigMap; an operator merges them.</summary>
    public const string Values = "values";

    public const string Expected = "auto, prometheus, prometheus-agent, agent or values";

    public static bool IsKnown(string value) => value is Auto or Prometheus or PrometheusAgent or Agent or Values;

    /// <summary>CentralAmp manages the collector with its namespace, service account and configuration.</summary>
    public static bool IsManagedAgent(string delivery) => delivery is PrometheusAgent or Agent;
}
