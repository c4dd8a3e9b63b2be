using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Updates the Endpoints and EndpointSlices of services that select pods.</summary>
internal sealed class EndpointsController(ObjectStore store, ObjectWriter writer)
{
    private static readonly WriteOptions Own = new(new FieldManager("endpoint-controller", FieldManager.Apply)) { Force = true };

    public void Reconcile()
    {
        foreach (var service in store.List(ResourceKind.Service).Where(s => s.At("spec", "selector") is JsonObject))
            Reconcile(service);
    }

    private void Reconcile(JsonObject service)
    {
        var selector = new JsonObject { ["matchLabels"] = service.At("spec", "selector")!.DeepClone() };
        var pods = store.List(ResourceKind.Pod, service.Namespace()).Where(p => Api.Selectors.Matches(selector, p) && p.IsReady() && p.TextAt("status", "podIP") is not null).ToList();
        var endpoints = Named(ResourceKind.Endpoints, service);
        endpoints["subsets"] = pods.Count == 0 ? [] : new JsonArray(new JsonObject { ["addresses"] = new JsonArray([.. pods.Select(Address)]), ["ports"] = Ports(service) });
        writer.Apply(ResourceKind.Endpoints, endpoints, Own);

        var slice = Named(ResourceKind.EndpointSlice, service);
        slice.Metadata().Child("labels")["kubernetes.io/service-name"] = service.Name();
        slice["addressType"] = "IPv4";
        slice["endpoints"] = new JsonArray([.. pods.Select(p => new JsonObject { ["addresses"] = new JsonArray(p.TextAt("status", "podIP")), ["conditions"] = new JsonObject { ["ready"] = true }, ["targetRef"] = Reference(p) })]);
        slice["ports"] = Ports(service);
        writer.Apply(ResourceKind.EndpointSlice, slice, Own);
    }

    private static JsonObject Named(ResourceKind kind, JsonObject service) => new()
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = service.Name(), ["namespace"] = service.Namespace(), ["labels"] = service.At("metadata", "labels")?.DeepClone() ?? new JsonObject() },
    };

    private static JsonArray Ports(JsonObject service) =>
        [.. service.ObjectsAt("spec", "ports").Select(p => new JsonObject { ["name"] = p.TextAt("name"), ["port"] = p.NumberAt("port"), ["protocol"] = "TCP" })];

    private static JsonObject Address(JsonObject pod) => new() { ["ip"] = pod.TextAt("status", "podIP"), ["targetRef"] = Reference(pod) };

    private static JsonObject Reference(JsonObject pod) => new() { ["kind"] = "Pod", ["name"] = pod.Name(), ["namespace"] = pod.Namespace() };
}
