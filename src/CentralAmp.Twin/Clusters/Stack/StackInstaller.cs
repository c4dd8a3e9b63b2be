using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>What <c>helm install kube-prometheus-stack</c> leaves in a cluster, as far as it concerns metrics collection.</summary>
internal sealed class StackInstaller(ObjectWriter writer, StackNames names, ClusterBehaviour behaviour, Version prometheusVersion)
{
    private static readonly WriteOptions Helm = new(new FieldManager("helm", FieldManager.Update));

    public void Install()
    {
        Create(ResourceKind.Namespace, StackNames.Namespace, []);
        foreach (var kind in ResourceKind.All.Where(k => k.IsCustom))
            Create(ResourceKind.CustomResourceDefinition, kind.QualifiedName, new JsonObject { ["spec"] = Definition(kind) });
        Create(ResourceKind.ServiceAccount, names.Prometheus, new JsonObject { ["automountServiceAccountToken"] = true });
        Create(ResourceKind.Prometheus, names.Prometheus, new JsonObject { ["spec"] = Prometheus() });
    }

    private void Create(ResourceKind kind, string name, JsonObject content)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (kind.Namespaced)
            metadata["namespace"] = StackNames.Namespace;
        if (kind != ResourceKind.Namespace)
        {
            metadata["labels"] = new JsonObject
            {
                ["app"] = "kube-prometheus-stack-prometheus",
                ["app.kubernetes.io/managed-by"] = "Helm",
                ["release"] = names.Release,
            };
            metadata["annotations"] = new JsonObject
            {
                ["meta.helm.sh/release-name"] = names.Release,
                ["meta.helm.sh/release-namespace"] = StackNames.Namespace,
            };
        }
        content["metadata"] = metadata;
        writer.Create(kind, content, Helm);
    }

    private static JsonObject Definition(ResourceKind kind) => new()
    {
        ["group"] = kind.Group,
        ["scope"] = "Namespaced",
        ["names"] = new JsonObject { ["kind"] = kind.Kind, ["listKind"] = kind.Kind + "List", ["plural"] = kind.Plural, ["singular"] = kind.Kind.ToLowerInvariant() },
        ["versions"] = new JsonArray(new JsonObject { ["name"] = kind.Version, ["served"] = true, ["storage"] = true }),
    };

    private JsonObject Prometheus()
    {
        var monitors = new JsonObject { ["matchLabels"] = new JsonObject { ["release"] = names.Release } };
        var spec = new JsonObject
        {
            ["version"] = $"v{prometheusVersion}",
            ["image"] = $"quay.io/prometheus/prometheus:v{prometheusVersion}",
            ["replicas"] = behaviour.Replicas,
            ["shards"] = 1,
            ["serviceAccountName"] = names.Prometheus,
            // The chart says 30 s; nobody wants to wait that long in front of a laptop.
            ["scrapeInterval"] = "1s",
            ["evaluationInterval"] = "30s",
            ["portName"] = "http-web",
            ["routePrefix"] = "/",
            ["retention"] = "10d",
            ["serviceMonitorSelector"] = monitors,
            ["podMonitorSelector"] = monitors.DeepClone(),
            ["securityContext"] = new JsonObject { ["fsGroup"] = 2000, ["runAsGroup"] = 2000, ["runAsNonRoot"] = true, ["runAsUser"] = 1000 },
        };
        if (behaviour.PersistentStorage)
        {
            var request = new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = "50Gi" } },
            };
            spec["storage"] = new JsonObject { ["volumeClaimTemplate"] = new JsonObject { ["spec"] = request } };
        }
        return spec;
    }
}
