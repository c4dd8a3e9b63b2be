using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.Tests.Support;

/// <summary>Applies the values of delivery <c>values</c> as a GitOps controller does.</summary>
internal static class MergedValues
{
    public static void Into(FakeCollectorCluster cluster, string roleArn, Workspace workspace, HubSettings settings)
    {
        var entry = DesiredDelivery.For(
            Some.Cluster(), roleArn, roleArn, workspace, "prometheus_replica", cluster.Collector.Replicas, shards: 1, settings).Entry;
        cluster.Objects.ForceApply(KubernetesPath.ServiceAccount(FakeCollectorCluster.Namespace, FakeCollectorCluster.Account), "argocd-controller", new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = roleArn } },
        });
        cluster.Objects.ForceApply(KubernetesPath.Prometheus(FakeCollectorCluster.Namespace, FakeCollectorCluster.Name), "argocd-controller", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.RoleAnnotation] = roleArn } },
                ["remoteWrite"] = new JsonArray(entry),
            },
        });
        cluster.Reconcile();
    }
}
