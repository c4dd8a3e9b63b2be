using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Removes objects whose owners no longer exist, and all objects in a namespace that is being deleted.</summary>
internal sealed class GarbageCollector(ObjectStore store, ObjectWriter writer)
{
    private static readonly ResourceKind[] Namespaced = [.. ResourceKind.All.Where(kind => kind.Namespaced)];

    public void Reconcile()
    {
        CollectOrphans();
        foreach (var ending in store.List(ResourceKind.Namespace).Where(ns => ns.At("metadata", "deletionTimestamp") is not null))
            Empty(ending);
    }

    private void CollectOrphans()
    {
        var owned = Namespaced.SelectMany(kind => store.ListOwned(kind).Select(item => (Kind: kind, Item: item))).ToList();
        foreach (var (kind, item) in owned.Where(o => o.Item.ObjectsAt("metadata", "ownerReferences").All(owner => !IsThere(o.Item, owner))))
            writer.Delete(kind, item.Namespace(), item.Name(), dryRun: false);
    }

    private bool IsThere(JsonObject item, JsonObject owner) =>
        ResourceKind.All.FirstOrDefault(kind => kind.Kind == owner.TextAt("kind")) is not { } kind
        || store.Find(kind, kind.Namespaced ? item.Namespace() : "", owner.TextAt("name") ?? "")?.Uid() == owner.TextAt("uid");

    private void Empty(JsonObject ns)
    {
        foreach (var (kind, item) in Namespaced.SelectMany(kind => store.List(kind, ns.Name()).Select(item => (kind, item))))
            writer.Delete(kind, item.Namespace(), item.Name(), dryRun: false);
        // A finalizer that no controller removes keeps the namespace in Terminating.
        if (ns.TextsAt("metadata", "finalizers").Count == 0)
            writer.Delete(ResourceKind.Namespace, "", ns.Name(), dryRun: false);
    }
}
