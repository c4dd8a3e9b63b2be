using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Tests.Support;

/// <summary>Acts as the StatefulSet controller and the Prometheus operator for managed agents.</summary>
internal static class FakeAgentWorkloads
{
    private static readonly string Agent = KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent);
    private static readonly string Operators = KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.OperatorStatefulSet);
    private static readonly string Resource = KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent);

    public static void Reconcile(FakeCollectorCluster cluster, Dictionary<string, (string Yaml, bool Reloaded)> loaded)
    {
        ReconcileOperator(cluster);
        Run(cluster, Agent, AgentNames.PodOf(AgentNames.Agent), loaded, () =>
            cluster.Objects.Get(KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent))?["data"]?[AgentNames.ConfigKey]?.ToString() ?? "");
        Run(cluster, Operators, AgentNames.PodOf(AgentNames.OperatorStatefulSet), loaded, () =>
            FakeCollectorCluster.Yaml(cluster.Objects.Get(Resource)!["spec"]!["remoteWrite"]!.AsArray().Select(entry => entry!.AsObject())));
    }

    private static void ReconcileOperator(FakeCollectorCluster cluster)
    {
        if (cluster.Objects.Get(Resource) is not { } agent)
        {
            cluster.Objects.Delete(Operators);
        }
        else if (cluster.OperatorIsQuick)
        {
            var role = agent["spec"]!["podMetadata"]!["annotations"]![ManagedNames.RoleAnnotation]!.ToString();
            var set = FakeCollectorCluster.StatefulSet(1, cluster.PodsStart ? 1 : 0, role);
            set["metadata"]!["uid"] = $"set-of-{agent["metadata"]!["uid"]}";
            cluster.Objects.Put(Operators, set);
        }
    }

    private static void Run(
        FakeCollectorCluster cluster, string setPath, string pod, Dictionary<string, (string Yaml, bool Reloaded)> loaded, Func<string> configuration)
    {
        var (podPath, proxy) = (KubernetesPath.Pod(AgentNames.Namespace, pod), KubernetesPath.PodProxy(AgentNames.Namespace, pod, 9090, "/"));
        var account = cluster.Objects.Get(KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount));
        if (cluster.Objects.Get(setPath) is not { } set || account is null)
        {
            if (!cluster.PodsTerminate)
            {
                return;
            }

            cluster.Objects.Delete(podPath);
            loaded.Remove(proxy);
            return;
        }

        var role = StatefulSetResource.Read(set).RoleInTemplate;
        var template = set["spec"]!["template"]!.ToJsonString();
        if (cluster.PodsAreRefused is null && cluster.Objects.Get(podPath)?["template"]?.ToString() != template)
        {
            var made = cluster.Pod(pod, role, ServiceAccountResource.Read(account));
            made["template"] = template;
            cluster.Objects.Put(podPath, made);
            loaded[proxy] = (configuration(), true);
        }

        if (setPath == Agent)
        {
            cluster.Objects.ForceApply(setPath, "kube-controller-manager", JsonNode.Parse(
                $$$"""{"status":{"readyReplicas":{{{(cluster.PodsStart ? 1 : 0)}}},"updatedReplicas":1,"currentRevision":"a","updateRevision":"a"}}""")!.AsObject());
        }

        if (cluster.PodsAreRefused is { Length: > 0 } message)
        {
            cluster.Objects.Put("/api/v1/namespaces/central-amp/events/refused", new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "refused" },
                ["involvedObject"] = new JsonObject { ["kind"] = "StatefulSet", ["uid"] = set["metadata"]!["uid"]!.DeepClone() },
                ["lastTimestamp"] = cluster.PodsAreRefusedAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                ["message"] = message,
            });
        }
    }
}
