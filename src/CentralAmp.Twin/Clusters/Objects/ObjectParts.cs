using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>The parts of an object that the API server treats differently: identity, status, and fields that managers can own.</summary>
internal static class ObjectParts
{
    private const string Status = "status";

    // No manager owns the identity (stripped from managedFields in apimachinery).
    private static readonly string[] Identity =
        ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion", "deletionTimestamp"];

    /// <summary>The fields that managers can own: no identity, and either the status or everything else.</summary>
    public static JsonObject Owned(ResourceKind kind, JsonObject item, string subresource)
    {
        var owned = subresource == Status ? new JsonObject { [Status] = item[Status]?.DeepClone() } : item.Copy();
        if (kind.HasStatus && subresource.Length == 0)
            owned.Remove(Status);
        owned.Remove("apiVersion");
        owned.Remove("kind");
        foreach (var name in Identity)
            (owned["metadata"] as JsonObject)?.Remove(name);
        if (owned["metadata"] is JsonObject { Count: 0 })
            owned.Remove("metadata");
        return owned;
    }

    /// <summary>
    /// The wanted state with the identity that the object has: through the status subresource only the status changes,
    /// through the object everything but the status.
    /// </summary>
    public static JsonObject WithIdentityOf(JsonObject before, ResourceKind kind, JsonObject wanted, string subresource)
    {
        var after = subresource == Status ? before.Copy() : wanted.Copy();
        if (kind.HasStatus)
        {
            var status = (subresource == Status ? wanted : before)[Status]?.DeepClone();
            after.Remove(Status);
            if (status is not null)
                after[Status] = status;
        }
        after["apiVersion"] = kind.ApiVersion;
        after["kind"] = kind.Kind;
        foreach (var name in Identity)
        {
            after.Metadata().Remove(name);
            if (before.At("metadata", name) is { } value)
                after.Metadata()[name] = value.DeepClone();
        }
        return after;
    }

    /// <summary>The part whose change makes a write necessary.</summary>
    public static JsonObject Content(JsonObject item)
    {
        var content = item.Copy();
        foreach (var name in (ReadOnlySpan<string>)["managedFields", "resourceVersion", "generation"])
            content.Metadata().Remove(name);
        return content;
    }

    /// <summary>The part whose change increments the generation.</summary>
    public static JsonObject Specification(JsonObject item)
    {
        var specification = item.Copy();
        specification.Remove("metadata");
        specification.Remove(Status);
        return specification;
    }
}
