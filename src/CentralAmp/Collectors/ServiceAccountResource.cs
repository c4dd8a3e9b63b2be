using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The properties of the collector's service account that CentralAmp reads.</summary>
/// <param name="RoleArn">The annotated role, which its pods get from the webhook; empty if absent.</param>
/// <param name="RoleOwners">Field managers of that annotation.</param>
public sealed record ServiceAccountResource(string Namespace, string Name, string Uid, string RoleArn, IReadOnlyList<string> RoleOwners)
{
    /// <summary>CentralAmp is the only manager of the annotation.</summary>
    public bool RoleIsManaged => RoleOwners is [ManagedNames.FieldManager];

    public override string ToString() => $"service account '{Namespace}/{Name}'";

    public static ServiceAccountResource Read(JsonObject resource)
    {
        var fields = new FieldReader(resource);
        return new ServiceAccountResource(
            fields.Text("", "metadata", "namespace"),
            fields.Text("", "metadata", "name"),
            fields.Text("", "metadata", "uid"),
            fields.Text("", "metadata", "annotations", ManagedNames.ServiceAccountRoleAnnotation),
            ManagedFields.OwnersOf(resource, "metadata", "annotations", ManagedNames.ServiceAccountRoleAnnotation));
    }
}
