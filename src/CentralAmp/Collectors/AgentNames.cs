using CentralAmp.Clusters;

namespace CentralAmp.Collectors;

/// <summary>Names of the objects of managed agents (design.md, "Delivery").</summary>
public static class AgentNames
{
    public const string Namespace = "central-amp";
    public const string ServiceAccount = "central-amp-collector";

    /// <summary>ClusterRole and ClusterRoleBinding that let an agent discover its targets.</summary>
    public const string ScrapeRole = "central-amp-collector";

    /// <summary>Delivery <c>agent</c>: StatefulSet and ConfigMap.</summary>
    public const string Agent = "central-amp-agent";
    public const string ConfigKey = "prometheus.yml";

    /// <summary>Same as the container name that the operator gives its agents.</summary>
    public const string Container = "prometheus";
    public const int Port = CollectorNames.PrometheusPort;

    /// <summary>Delivery <c>prometheus-agent</c>: the PrometheusAgent resource.</summary>
    public const string PrometheusAgent = "central-amp";

    /// <summary>Delivery <c>prometheus-agent</c>: the Secret with CentralAmp's own scrape jobs.</summary>
    public const string ScrapeJobs = "central-amp-scrape-jobs";
    public const string ScrapeJobsKey = "scrape-jobs.yaml";

    /// <summary>The StatefulSet that the operator creates for <see cref="PrometheusAgent"/>.</summary>
    public const string OperatorStatefulSet = "prom-agent-central-amp";

    /// <summary>Delivery <c>values</c>: the ConfigMap.</summary>
    public const string Values = "central-amp-values";
    public const string HelmKey = "kube-prometheus-stack.yaml";
    public const string PrometheusKey = "prometheus.yml";

    /// <summary>On the pods of delivery <c>agent</c>: a changed configuration restarts them.</summary>
    public const string ConfigHashAnnotation = "central-amp/config-hash";

    /// <summary>A StatefulSet numbers its pods from 0; a managed agent has one pod.</summary>
    public static string PodOf(string statefulSet) => $"{statefulSet}-0";
}

/// <summary>A managed agent as a collector. Its names are fixed, so it can be described before it exists.</summary>
public static class AgentCollector
{
    /// <param name="delivery">One of the two for which <see cref="DeliveryNames.IsManagedAgent"/>.</param>
    public static Collector Of(string delivery)
    {
        var isOperators = delivery == DeliveryNames.PrometheusAgent;
        var set = isOperators ? AgentNames.OperatorStatefulSet : AgentNames.Agent;
        return new Collector
        {
            Namespace = AgentNames.Namespace,
            Name = isOperators ? AgentNames.PrometheusAgent : AgentNames.Agent,
            Uid = "",
            ServiceAccount = AgentNames.ServiceAccount,
            StatefulSet = set,
            Pods = [AgentNames.PodOf(set)],
            // A managed agent has one replica.
            ReplicaLabel = "",
        };
    }
}
