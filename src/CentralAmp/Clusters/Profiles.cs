namespace CentralAmp.Clusters;

/// <summary>Words for which metrics of a cluster are sent.</summary>
public static class Profiles
{
    public const string Full = "full";

    /// <summary>What dashboards and alerts of Kubernetes itself need.</summary>
    public const string Kubernetes = "kubernetes";

    /// <summary>Enough to know that the cluster lives and how big it is.</summary>
    public const string Minimal = "minimal";

    public const string Expected = "full, kubernetes or minimal";

    public static bool IsKnown(string value) => value is Full or Kubernetes or Minimal;
}
