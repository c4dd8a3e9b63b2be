using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Names that identify objects and fields managed by CentralAmp in a cluster.</summary>
public static class ManagedNames
{
    /// <summary>On every object that CentralAmp creates, with the value <see cref="ManagedBy"/>.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string ManagedBy = "central-amp";

    /// <summary>Field manager of every server-side apply.</summary>
    public const string FieldManager = "central-amp";

    /// <summary><c>name</c> of CentralAmp's entry in <c>spec.remoteWrite</c>.</summary>
    public const string EntryName = "central-amp";

    /// <summary>On pods, through <c>spec.podMetadata.annotations</c>: a new value restarts them.</summary>
    public const string RoleAnnotation = "central-amp/role";

    /// <summary>
    /// On the Prometheus resource: how often an execution applied the entry. It distinguishes a first delivery from one that another
    /// manager removed. A withdrawal removes it last, so that an interrupted withdrawal is completed.
    /// </summary>
    public const string AppliedAnnotation = "central-amp/applied";

    /// <summary>
    /// On the managed service account, which stays when another manager removes the delivery's objects: how often an execution applied those objects.
    /// </summary>
    public static string AppliedAnnotationOf(string delivery) => $"{AppliedAnnotation}-{delivery}";

    /// <summary>Set by a tenant on a Prometheus resource: <c>false</c> excludes it as the collector, <c>true</c> prefers it.</summary>
    public const string OnboardAnnotation = "central-amp/onboard";

    /// <summary>On a service account: the pod identity webhook gives its new pods this role (EKS, IAM roles for service accounts).</summary>
    public const string ServiceAccountRoleAnnotation = "eks.amazonaws.com/role-arn";

    /// <summary>How often CentralAmp applies an entry or an object that another manager removes; then an operator must decide.</summary>
    public const int MostApplied = 2;

    /// <summary>The object has the label <see cref="ManagedByLabel"/> with the value <see cref="ManagedBy"/>.</summary>
    public static bool IsManaged(JsonObject observed) =>
        (observed["metadata"] as JsonObject)?["labels"] is JsonObject labels
        && labels[ManagedByLabel] is JsonValue value
        && value.TryGetValue<string>(out var text)
        && text == ManagedBy;
}
