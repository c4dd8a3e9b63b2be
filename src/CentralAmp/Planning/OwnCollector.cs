using CentralAmp.Delivery.Agents;

namespace CentralAmp.Planning;

/// <summary>An agent of ours as a collector: known by name before it is there.</summary>
public static class OwnCollector
{
    /// <param name="delivery">One of the two for which <see cref="Deliveries.IsOwnAgent"/>.</param>
    public static Collector Of(string delivery)
    {
        var isOperators = delivery == Deliveries.PrometheusAgent;
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
