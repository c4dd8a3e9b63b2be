using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Names by which what CentralAmp put into a cluster is told from everything else.</summary>
public static class ManagedNames
{
    /// <summary>On every object that CentralAmp makes, with the value <see cref="ManagedBy"/>.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string ManagedBy = "central-amp";

    /// <summary>Manager of every server-side apply.</summary>
    public const string FieldManager = "central-amp";

    /// <summary><c>name</c> of our entry in <c>spec.remoteWrite</c>.</summary>
    public const string EntryName = "central-amp";

    /// <summary>On pods, by way of <c>spec.podMetadata.annotations</c>: a new value rolls them.</summary>
    public const string RoleAnnotation = "central-amp/role";

    /// <summary>
    /// On the Prometheus resource: how often an execution put the entry there. It tells a first delivery from one that someone
    /// removed, and is the last thing to leave in a withdrawal, so that an interrupted one is finished.
    /// </summary>
    public const string AppliedAnnotation = "central-amp/applied";

    /// <summary>On our own service account, which outlives what is put beside it: how often an execution put the objects of that delivery there.</summary>
    public static string AppliedAnnotationOf(string delivery) => $"{AppliedAnnotation}-{delivery}";

    /// <summary>Set to <c>false</c> on a Prometheus resource by its owner: it is not the collector.</summary>
    public const string OnboardAnnotation = "central-amp/onboard";

    /// <summary>On a service account: the webhook gives its new pods this role (EKS, IAM roles for service accounts).</summary>
    public const string ServiceAccountRoleAnnotation = "eks.amazonaws.com/role-arn";

    /// <summary>So often CentralAmp puts back an entry or an object that another manager removed; then a person must decide.</summary>
    public const int MostApplied = 2;

    /// <summary>The object has the label <see cref="ManagedByLabel"/> with the value <see cref="ManagedBy"/>.</summary>
    public static bool IsManaged(JsonObject observed) =>
        (observed["metadata"] as JsonObject)?["labels"] is JsonObject labels
        && labels[ManagedByLabel] is JsonValue value
        && value.TryGetValue<string>(out var text)
        && text == ManagedBy;
}
