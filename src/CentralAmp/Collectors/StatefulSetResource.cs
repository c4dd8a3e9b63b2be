using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The properties of an operator's StatefulSet (one per shard) that CentralAmp reads.</summary>
/// <param name="RoleInTemplate">Value of <see cref="ManagedNames.RoleAnnotation"/> in the pod template; empty if absent.</param>
/// <param name="RolledOut">The controller has observed the template, and every pod is of this template and Ready.</param>
public sealed record StatefulSetResource(string Name, string Uid, int Replicas, int Ready, string RoleInTemplate, bool RolledOut)
{
    public static StatefulSetResource Read(JsonObject resource)
    {
        var fields = new FieldReader(resource);
        var replicas = fields.Number(1, "spec", "replicas");
        var ready = fields.Number(0, "status", "readyReplicas");
        var rolled = fields.Number(0, "status", "observedGeneration") >= fields.Number(0, "metadata", "generation")
            && ready >= replicas
            && fields.Number(0, "status", "updatedReplicas") >= replicas
            && fields.Text("", "status", "currentRevision") == fields.Text("", "status", "updateRevision");
        return new StatefulSetResource(
            fields.Text("", "metadata", "name"),
            fields.Text("", "metadata", "uid"),
            replicas,
            ready,
            fields.Text("", "spec", "template", "metadata", "annotations", ManagedNames.RoleAnnotation),
            rolled);
    }
}
