using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The objects of every ACTIVE cluster: nodes, the API's own service, DNS, and a tenant's application.</summary>
internal sealed class ClusterContents(ObjectWriter writer, ClusterPorts ports)
{
    private static readonly WriteOptions Own = new(new FieldManager("eks", FieldManager.Update));
    private static readonly WriteOptions OwnStatus = new(new FieldManager("kubelet", FieldManager.Update, "status"));

    public void Install(int nodes)
    {
        Expose("default", "kubernetes", "https", ports.Api, [], new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" });
        Expose("kube-system", "kube-dns", "metrics", ports.Applications, Annotated());
        for (var node = 1; node <= nodes; node++)
            AddNode($"ip-10-0-0-{node}.ec2.internal");
        writer.Create(ResourceKind.Namespace, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "apps" } }, Own);
        if (nodes > 0)
            AddApplication();
    }

    /// <summary>A node that joins and is Ready.</summary>
    public void AddNode(string name)
    {
        writer.Create(ResourceKind.Node, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name } } }, Own);
        writer.Update(ResourceKind.Node, "", name, OwnStatus, current =>
        {
            current["status"] = new JsonObject
            {
                ["addresses"] = new JsonArray(Address("InternalIP", ClusterPorts.Host), Address("Hostname", name)),
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["reason"] = "KubeletReady" }),
                // The port is 10250 on a real node. Service discovery reads it from here.
                ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = ports.Kubelet } },
            };
            return current;
        });
    }

    /// <summary>A service with one ready address behind it.</summary>
    public void Expose(string ns, string name, string port, int number, JsonObject annotations, JsonObject? labels = null)
    {
        JsonObject Named() => new() { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = (labels ?? []).DeepClone() } };
        var service = Named();
        service.Metadata()["annotations"] = annotations;
        service["spec"] = new JsonObject { ["type"] = "ClusterIP", ["ports"] = new JsonArray(Port(port, number)) };
        writer.Create(ResourceKind.Service, service, Own);

        var endpoints = Named();
        endpoints["subsets"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(new JsonObject { ["ip"] = ClusterPorts.Host }), ["ports"] = new JsonArray(Port(port, number)) });
        writer.Create(ResourceKind.Endpoints, endpoints, Own);

        var slice = Named();
        slice.Metadata().Child("labels")["kubernetes.io/service-name"] = name;
        slice["addressType"] = "IPv4";
        slice["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(ClusterPorts.Host), ["conditions"] = new JsonObject { ["ready"] = true } });
        slice["ports"] = new JsonArray(Port(port, number));
        writer.Create(ResourceKind.EndpointSlice, slice, Own);
    }

    /// <summary>The exporters of kube-prometheus-stack, and the service by which it finds the kubelets.</summary>
    public void ExposeStack(StackNames names)
    {
        Expose(StackNames.Namespace, $"{names.Release}-kube-state-metrics", "http-metrics", ports.KubeStateMetrics, [], new JsonObject { ["app.kubernetes.io/name"] = "kube-state-metrics" });
        Expose(StackNames.Namespace, $"{names.Release}-prometheus-node-exporter", "http-metrics", ports.NodeExporter, [], new JsonObject { ["app.kubernetes.io/name"] = "prometheus-node-exporter" });
        Expose("kube-system", $"{names.Fullname}-kubelet", "https-metrics", ports.Kubelet, [], new JsonObject { ["app.kubernetes.io/name"] = "kubelet", ["k8s-app"] = "kubelet" });
    }

    // Not run by the kubelet stand-in: it answers from the cluster's own listener.
    private void AddApplication()
    {
        writer.Create(ResourceKind.Pod, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "app-0", ["namespace"] = "apps", ["labels"] = new JsonObject { ["app"] = "app" }, ["annotations"] = Annotated() },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = ports.Applications, ["protocol"] = "TCP" }) }) },
        }, Own);
        writer.Update(ResourceKind.Pod, "apps", "app-0", OwnStatus, current =>
        {
            current["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = ClusterPorts.Host,
                ["hostIP"] = ClusterPorts.Host,
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            };
            return current;
        });
    }

    private JsonObject Annotated() => new()
    {
        ["prometheus.io/scrape"] = "true",
        ["prometheus.io/port"] = ports.Applications.ToString(CultureInfo.InvariantCulture),
    };

    private static JsonObject Port(string name, int number) => new() { ["name"] = name, ["port"] = number, ["protocol"] = "TCP" };

    private static JsonObject Address(string type, string value) => new() { ["type"] = type, ["address"] = value };
}
