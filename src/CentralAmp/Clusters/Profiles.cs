namespace CentralAmp.Clusters;

/// <summary>Names of the profiles: the sets of metrics that a cluster sends.</summary>
public static class Profiles
{
    public const string Full = "full";

    /// <summary>Metrics for dashboards and alerts of Kubernetes itself.</summary>
    public const string Kubernetes = "kubernetes";

    /// <summary>Metrics for the health and the size of the cluster.</summary>
    public const string Minimal = "minimal";

    public const string Expected = "full, kubernetes or minimal";

    public static bool IsKnown(string value) => value is Full or Kubernetes or Minimal;
}
