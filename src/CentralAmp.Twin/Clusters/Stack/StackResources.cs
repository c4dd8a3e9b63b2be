using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The manifests of the stack's Prometheus, its service account with its rights, and the monitors.</summary>
internal sealed class StackResources(StackNames names, ClusterBehaviour behaviour, ClusterPorts ports, Version prometheusVersion)
{
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    public IEnumerable<(ResourceKind Kind, string Name, JsonObject Content)> All()
    {
        yield return (ResourceKind.ServiceAccount, names.Prometheus, ServiceAccount());
        yield return (ResourceKind.ClusterRole, names.Prometheus, new JsonObject { ["rules"] = Rules() });
        yield return (ResourceKind.ClusterRoleBinding, names.Prometheus, Binding());
        yield return (ResourceKind.Service, names.Prometheus, Service());
        yield return (ResourceKind.ServiceMonitor, names.Prometheus, Monitor("http-web", "app", "kube-prometheus-stack-prometheus"));
        yield return (ResourceKind.ServiceMonitor, $"{names.Release}-prometheus-node-exporter", Monitor("http-metrics", "app.kubernetes.io/name", "prometheus-node-exporter"));
        yield return (ResourceKind.ServiceMonitor, $"{names.Release}-kube-state-metrics", Monitor("http-metrics", "app.kubernetes.io/name", "kube-state-metrics"));
        yield return (ResourceKind.ServiceMonitor, $"{names.Fullname}-kubelet", Secured(Monitor("https-metrics", "app.kubernetes.io/name", "kubelet", "kube-system"), "/metrics", "/metrics/cadvisor"));
        yield return (ResourceKind.ServiceMonitor, $"{names.Fullname}-apiserver", Secured(Monitor("https", "component", "apiserver", "default"), "/metrics"));
        yield return (ResourceKind.Prometheus, names.Prometheus, new JsonObject { ["spec"] = Prometheus() });
    }

    private JsonObject ServiceAccount()
    {
        var account = new JsonObject { ["automountServiceAccountToken"] = true };
        if (behaviour.ForeignRole is { } role)
            account["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RoleAnnotation] = role } };
        return account;
    }

    private static JsonArray Rules() => new(
        new JsonObject
        {
            ["apiGroups"] = new JsonArray(""),
            ["resources"] = new JsonArray("nodes", "nodes/metrics", "services", "endpoints", "pods"),
            ["verbs"] = new JsonArray("get", "list", "watch"),
        },
        new JsonObject { ["nonResourceURLs"] = new JsonArray("/metrics", "/metrics/cadvisor"), ["verbs"] = new JsonArray("get") });

    private JsonObject Binding() => new()
    {
        ["roleRef"] = new JsonObject { ["apiGroup"] = ResourceKind.ClusterRole.Group, ["kind"] = ResourceKind.ClusterRole.Kind, ["name"] = names.Prometheus },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = names.Prometheus, ["namespace"] = StackNames.Namespace }),
    };

    private JsonObject Service() => new()
    {
        ["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["selector"] = new JsonObject { ["app.kubernetes.io/name"] = "prometheus", ["operator.prometheus.io/name"] = names.Prometheus },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http-web", ["port"] = 9090, ["protocol"] = "TCP" }),
        },
    };

    private static JsonObject Monitor(string port, string label, string value, string ns = StackNames.Namespace) => new()
    {
        ["spec"] = new JsonObject
        {
            ["endpoints"] = new JsonArray(new JsonObject { ["port"] = port }),
            ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(ns) },
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [label] = value } },
        },
    };

    // Over TLS, with the service account's token.
    private static JsonObject Secured(JsonObject monitor, params string[] paths)
    {
        var port = monitor.ObjectsAt("spec", "endpoints").First().TextAt("port");
        monitor["spec"]!["endpoints"] = new JsonArray([.. paths.Select(path => new JsonObject
        {
            ["port"] = port,
            ["path"] = path,
            ["scheme"] = "https",
            ["bearerTokenFile"] = $"{InCluster.ServiceAccountFolder}/token",
            ["tlsConfig"] = new JsonObject { ["insecureSkipVerify"] = true },
        })]);
        return monitor;
    }

    private JsonObject Prometheus()
    {
        var monitors = new JsonObject { ["matchLabels"] = new JsonObject { ["release"] = names.Release } };
        var spec = new JsonObject
        {
            ["version"] = $"v{prometheusVersion}",
            ["image"] = $"quay.io/prometheus/prometheus:v{prometheusVersion}",
            ["replicas"] = behaviour.Replicas,
            ["shards"] = behaviour.Shards,
            ["serviceAccountName"] = names.Prometheus,
            // The chart's default is 30 s, which is too long for tests; much shorter is too much load with ten clusters.
            ["scrapeInterval"] = "3s",
            ["evaluationInterval"] = "30s",
            ["portName"] = "http-web",
            ["routePrefix"] = "/",
            ["retention"] = "10d",
            ["serviceMonitorSelector"] = monitors,
            ["serviceMonitorNamespaceSelector"] = new JsonObject(),
            ["podMonitorSelector"] = monitors.DeepClone(),
            ["securityContext"] = new JsonObject { ["fsGroup"] = 2000, ["runAsGroup"] = 2000, ["runAsNonRoot"] = true, ["runAsUser"] = 1000 },
        };
        if (behaviour.ExternalLabels.Count > 0)
            spec["externalLabels"] = new JsonObject(behaviour.ExternalLabels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));
        if (behaviour.RemoteWriteOwner is RemoteWriteOwner.Helm or RemoteWriteOwner.GitOps)
            spec["remoteWrite"] = new JsonArray(new JsonObject { ["name"] = "observability", ["url"] = ports.Elsewhere });
        if (behaviour.PersistentStorage)
        {
            var request = new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = "50Gi" } },
            };
            spec["storage"] = new JsonObject { ["volumeClaimTemplate"] = new JsonObject { ["spec"] = request } };
        }
        // Older releases did not set fields that the first CRDs did not have.
        if (behaviour.OlderOperator)
        {
            foreach (var later in (ReadOnlySpan<string>)["shards", "portName", "serviceMonitorNamespaceSelector", "podMonitorSelector", "replicas"])
                spec.Remove(later);
        }
        return spec;
    }
}
