using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>The collector's service account as far as the road looks at it.</summary>
/// <param name="RoleArn">The role its pods get from the webhook; empty if none.</param>
/// <param name="RoleOwners">Managers of that annotation.</param>
public sealed record ServiceAccountResource(string Namespace, string Name, string Uid, string RoleArn, IReadOnlyList<string> RoleOwners)
{
    /// <summary>We set the annotation and nobody else did.</summary>
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
