using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>Options of one write.</summary>
public sealed record WriteOptions(FieldManager Manager)
{
    public bool DryRun { get; init; }

    /// <summary>Take fields from other managers instead of answering a conflict; apply only.</summary>
    public bool Force { get; init; }

    /// <summary>Called with the current object (null if there is none) and the new one before the write; throws to refuse it.</summary>
    public Action<JsonObject?, JsonObject>? Admission { get; init; }
}

/// <summary>
/// Changes objects as the API server does: identity, generation, resourceVersion, validation and field managers.
/// </summary>
/// <param name="declared">Schemas of the cluster's CRDs, where they have fewer fields than the twin's own schemas.</param>
public sealed class ObjectWriter(ObjectStore store, TimeProvider time, Func<ResourceKind, ObjectSchema>? declared = null)
{
    /// <summary>A new object.</summary>
    /// <exception cref="StatusException">409 AlreadyExists, 404 for the namespace, 422.</exception>
    public JsonObject Create(ResourceKind kind, JsonObject item, WriteOptions options)
    {
        RequireNamespace(kind, item.Namespace());
        return store.Change(kind, item.Namespace(), item.Name(), options.DryRun, before => before is null
            ? Born(kind, null, item, options)
            : throw StatusException.AlreadyExists(kind, item.Name()))!;
    }

    /// <summary>Changes an existing object; <paramref name="change"/> works on a copy and answers the wanted state.</summary>
    /// <exception cref="StatusException">404, 409 on a stale resourceVersion or another uid, 422.</exception>
    public JsonObject Update(ResourceKind kind, string ns, string name, WriteOptions options, Func<JsonObject, JsonObject> change) =>
        store.Change(kind, ns, name, options.DryRun, before =>
        {
            if (before is null)
                throw StatusException.NotFound(kind, name);
            var wanted = change(before.Copy());
            CheckPreconditions(kind, before, wanted);
            return Settle(kind, before, wanted, options, Updated(kind, before, options.Manager));
        })!;

    /// <summary>Server-side apply; an absent object is created.</summary>
    /// <exception cref="StatusException">409 with causes when another manager has a field, without causes on a stale resourceVersion; 422; 500.</exception>
    public (JsonObject Item, bool Created) Apply(ResourceKind kind, JsonObject applied, WriteOptions options)
    {
        RejectUndeclared(kind, applied);
        RequireNamespace(kind, applied.Namespace());
        var created = false;
        var result = store.Change(kind, applied.Namespace(), applied.Name(), options.DryRun, before =>
        {
            created = before is null;
            if (before is null)
                return Born(kind, applied.Uid(), applied, options);
            CheckPreconditions(kind, before, applied);
            return ServerSideApply(kind, before, applied, options);
        });
        return (result!, created);
    }

    /// <exception cref="StatusException">404, or 409 when a precondition does not hold.</exception>
    public JsonObject Delete(ResourceKind kind, string ns, string name, bool dryRun, JsonObject? preconditions = null)
    {
        JsonObject? deleted = null;
        store.Change(kind, ns, name, dryRun, before =>
        {
            CheckDeletable(kind, name, before, preconditions);
            deleted = before;
            return null;
        });
        return deleted!;
    }

    private static void CheckDeletable(ResourceKind kind, string name, JsonObject? before, JsonObject? preconditions)
    {
        if (before is null)
            throw StatusException.NotFound(kind, name);
        if (preconditions.TextAt("uid") is { } uid && uid != before.Uid())
            throw StatusException.WrongUid(kind, name, uid, before.Uid());
        if (preconditions.TextAt("resourceVersion") is { } version && version != before.TextAt("metadata", "resourceVersion"))
            throw StatusException.Stale(kind, name);
    }

    /// <summary>Starts the deletion of a namespace. The controller removes its objects and then the namespace.</summary>
    /// <exception cref="StatusException">404, or 409 when a precondition does not hold.</exception>
    public JsonObject Terminate(string name, bool dryRun, JsonObject? preconditions = null) =>
        store.Change(ResourceKind.Namespace, "", name, dryRun, before =>
        {
            CheckDeletable(ResourceKind.Namespace, name, before, preconditions);
            if (name is "default" or "kube-system" or "kube-public")
                throw StatusException.Forbidden(ResourceKind.Namespace, name, "this namespace may not be deleted");
            if (before.At("metadata", "deletionTimestamp") is not null)
                return before;
            before!.Metadata()["deletionTimestamp"] = Now();
            before!.Child("status")["phase"] = "Terminating";
            return before!.Copy();
        })!;

    private JsonObject ServerSideApply(ResourceKind kind, JsonObject before, JsonObject applied, WriteOptions options)
    {
        var body = ObjectParts.Owned(kind, applied, options.Manager.Subresource);
        var fields = StructuredMerge.Fields(body, kind.Schema);
        var managers = ManagedFields.Of(before);
        var merged = (JsonObject)StructuredMerge.Merge(before, body, kind.Schema)!;
        var changed = StructuredMerge.Changed(before, merged, kind.Schema);
        RejectConflicts(managers, changed, options);

        var given = managers.OwnedBy(options.Manager).Except(fields).Except(managers.OwnedByOthers(options.Manager));
        StructuredMerge.Remove(merged, given, kind.Schema);
        var gone = StructuredMerge.Fields(before, kind.Schema).Except(StructuredMerge.Fields(merged, kind.Schema));
        return Settle(kind, before, merged, options, (now, _) =>
            managers.With(options.Manager, kind.ApiVersion, now, fields, changed.Union(gone)));
    }

    private static void RejectConflicts(ManagedFields managers, FieldSet changed, WriteOptions options)
    {
        if (options.Force)
            return;
        var causes = managers.Conflicts(options.Manager, changed)
            .SelectMany(c => c.Fields.Paths().Select(path => new StatusCause("FieldManagerConflict", Describe(c.Owner), path)))
            .ToList();
        if (causes.Count > 0)
            throw StatusException.ManagedElsewhere(causes);
    }

    private static string Describe(ManagedFieldsEntry owner) =>
        owner.Manager.Operation == FieldManager.Apply
            ? $"conflict with \"{owner.Manager.Name}\""
            : $"conflict with \"{owner.Manager.Name}\" using {owner.ApiVersion} at {owner.Time}";

    private static Func<string, JsonObject, ManagedFields> Updated(ResourceKind kind, JsonObject before, FieldManager manager) =>
        (now, after) =>
        {
            var old = ObjectParts.Owned(kind, before, manager.Subresource);
            var wanted = ObjectParts.Owned(kind, after, manager.Subresource);
            var changed = StructuredMerge.Changed(old, wanted, kind.Schema);
            var gone = StructuredMerge.Fields(old, kind.Schema).Except(StructuredMerge.Fields(wanted, kind.Schema));
            var managers = ManagedFields.Of(before);
            var mine = managers.OwnedBy(manager).Union(changed).Except(gone);
            return managers.With(manager, kind.ApiVersion, now, mine, changed.Union(gone));
        };

    private JsonObject Born(ResourceKind kind, string? uid, JsonObject item, WriteOptions options)
    {
        if (uid is { Length: > 0 })
            throw StatusException.WrongUid(kind, item.Name(), uid, "");
        RequireLivingNamespace(kind, item);

        var born = ObjectParts.Owned(kind, item, "");
        var metadata = born.Metadata();
        metadata["name"] = item.Name();
        if (kind.Namespaced)
            metadata["namespace"] = item.Namespace();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Now();
        if (kind.HasGeneration)
            metadata["generation"] = 1;
        if (kind == ResourceKind.Namespace)
            born["status"] = new JsonObject { ["phase"] = "Active" };
        born["apiVersion"] = kind.ApiVersion;
        born["kind"] = kind.Kind;

        Admit(kind, null, born, options);
        var fields = StructuredMerge.Fields(ObjectParts.Owned(kind, born, ""), kind.Schema);
        ManagedFields.Of(null).With(options.Manager, kind.ApiVersion, Now(), fields, new FieldSet()).WriteTo(born);
        return born;
    }

    /// <summary>Normalizes the wanted state; returns <paramref name="before"/> itself when nothing differs.</summary>
    private JsonObject Settle(
        ResourceKind kind, JsonObject before, JsonObject wanted, WriteOptions options, Func<string, JsonObject, ManagedFields> managers)
    {
        var after = ObjectParts.WithIdentityOf(before, kind, wanted, options.Manager.Subresource);
        Admit(kind, before, after, options);
        var changed = !JsonNode.DeepEquals(ObjectParts.Content(before), ObjectParts.Content(after));
        if (changed && kind.HasGeneration && !JsonNode.DeepEquals(ObjectParts.Specification(before), ObjectParts.Specification(after)))
            after.Metadata()["generation"] = (before.NumberAt("metadata", "generation") ?? 0) + 1;

        var managed = managers(Now(), after);
        if (!changed && managed.SameAs(ManagedFields.Of(before)))
            return before;
        managed.WriteTo(after);
        return after;
    }

    private ObjectSchema Declared(ResourceKind kind) => declared?.Invoke(kind) ?? kind.Schema;

    private void Admit(ResourceKind kind, JsonObject? before, JsonObject after, WriteOptions options)
    {
        ObjectValidation.Prune(after, Declared(kind));
        ObjectValidation.Check(kind, after);
        options.Admission?.Invoke(before, after);
    }

    private static void CheckPreconditions(ResourceKind kind, JsonObject before, JsonObject wanted)
    {
        if (wanted.Uid() is { Length: > 0 } uid && uid != before.Uid())
            throw StatusException.WrongUid(kind, before.Name(), uid, before.Uid());
        if (wanted.TextAt("metadata", "resourceVersion") is { Length: > 0 } version && version != before.TextAt("metadata", "resourceVersion"))
            throw StatusException.Stale(kind, before.Name());
    }

    // The typed view that server-side apply works on is strict, whatever fieldValidation says: 500, as measured.
    private void RejectUndeclared(ResourceKind kind, JsonObject applied)
    {
        if (ObjectValidation.UnknownFields(applied, Declared(kind)).FirstOrDefault() is { } unknown)
        {
            throw new StatusException(500, "", $"failed to create typed patch object ({applied.Namespace()}/{applied.Name()}; " +
                $"{kind.ApiVersion}, Kind={kind.Kind}): {unknown}: field not declared in schema");
        }
    }

    private void RequireNamespace(ResourceKind kind, string ns)
    {
        if (kind.Namespaced && store.Find(ResourceKind.Namespace, "", ns) is null)
            throw StatusException.NotFound(ResourceKind.Namespace, ns);
    }

    // Nothing new in a namespace that is being deleted (apiserver, NamespaceLifecycle admission).
    private void RequireLivingNamespace(ResourceKind kind, JsonObject item)
    {
        if (kind.Namespaced && store.Find(ResourceKind.Namespace, "", item.Namespace()).At("metadata", "deletionTimestamp") is not null)
        {
            var why = $"unable to create new content in namespace {item.Namespace()} because it is being terminated";
            throw StatusException.Forbidden(kind, item.Name(), why, new StatusCause("NamespaceTerminating", $"namespace {item.Namespace()} is being terminated", "metadata.namespace"));
        }
    }

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
