using System.Security.Cryptography;
using System.Text;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// Names of a release of kube-prometheus-stack in one cluster. Releases differ from cluster to cluster, so that
/// code that assumes a fixed name fails.
/// </summary>
public sealed record StackNames(string Release)
{
    private static readonly string[] Releases = ["monitoring", "prometheus", "kps", "observability", "kube-prometheus-stack", "obs-prod"];

    public const string Namespace = "monitoring";

    // The chart's fullname: cut at 26, then without a trailing dash (kube-prometheus-stack, _helpers.tpl).
    private const int LongestFullname = 26;

    public string Fullname
    {
        get
        {
            var name = Release.Contains("kube-prometheus-stack", StringComparison.Ordinal) ? Release : $"{Release}-kube-prometheus-stack";
            return name[..Math.Min(LongestFullname, name.Length)].TrimEnd('-');
        }
    }

    /// <summary>Of the Prometheus resource and of its service account.</summary>
    public string Prometheus => $"{Fullname}-prometheus";

    public static StackNames Of(string clusterArn) =>
        new(Releases[SHA256.HashData(Encoding.UTF8.GetBytes(clusterArn))[0] % Releases.Length]);
}
