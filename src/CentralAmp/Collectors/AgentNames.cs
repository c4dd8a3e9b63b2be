using CentralAmp.Clusters;

namespace CentralAmp.Collectors;

/// <summary>Names of what own agents are made of; design.md "Delivery".</summary>
public static class AgentNames
{
    public const string Namespace = "central-amp";
    public const string ServiceAccount = "central-amp-collector";

    /// <summary>ClusterRole and ClusterRoleBinding: what an agent may read to find its targets.</summary>
    public const string ScrapeRole = "central-amp-collector";

    /// <summary>Delivery <c>agent</c>: StatefulSet and ConfigMap.</summary>
    public const string Agent = "central-amp-agent";
    public const string ConfigKey = "prometheus.yml";

    /// <summary>The operator names the container of its agents so too.</summary>
    public const string Container = "prometheus";
    public const int Port = CollectorNames.PrometheusPort;

    /// <summary>Delivery <c>prometheus-agent</c>: the PrometheusAgent resource.</summary>
    public const string PrometheusAgent = "central-amp";

    /// <summary>The StatefulSet that the operator makes of it.</summary>
    public const string OperatorStatefulSet = "prom-agent-central-amp";

    /// <summary>Delivery <c>values</c>: the ConfigMap.</summary>
    public const string Values = "central-amp-values";
    public const string HelmKey = "kube-prometheus-stack.yaml";
    public const string PrometheusKey = "prometheus.yml";

    /// <summary>On the pods of delivery <c>agent</c>: another configuration rolls them.</summary>
    public const string ConfigHashAnnotation = "central-amp/config-hash";

    /// <summary>A StatefulSet numbers its pods from 0; own agents are one.</summary>
    public static string PodOf(string statefulSet) => $"{statefulSet}-0";
}

/// <summary>An agent of ours as a collector: known by name before it is there.</summary>
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
            // There is one of it.
            ReplicaLabel = "",
        };
    }
}
