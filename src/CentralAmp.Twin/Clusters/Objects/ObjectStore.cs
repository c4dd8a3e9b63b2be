using System.Globalization;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>
/// The objects of one cluster, as in etcd. Every read returns a copy.
/// </summary>
public sealed class ObjectStore
{
    private const int LongestMemory = 4_000;

    private readonly Lock gate = new();
    private readonly Dictionary<ResourceKind, SortedDictionary<string, JsonObject>> kinds = ResourceKind.All.ToDictionary(
        kind => kind, _ => new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));

    private readonly List<StoreEvent> events = [];

    // Any start value works. A large one reveals code that uses the revision as a count.
    private long revision = 10_000;

    private Action<ResourceKind>? subscribers = _ => { };

    public string Revision => Volatile.Read(ref revision).ToString(CultureInfo.InvariantCulture);

    public void Unsubscribe(Action<ResourceKind> changed)
    {
        lock (gate)
            subscribers -= changed;
    }

    /// <summary>Calls <paramref name="changed"/> after every change, outside of the store's lock.</summary>
    public void Subscribe(Action<ResourceKind> changed)
    {
        lock (gate)
            subscribers += changed;
    }

    public JsonObject? Find(ResourceKind kind, string ns, string name)
    {
        lock (gate)
            return kinds[kind].GetValueOrDefault(Key(kind, ns, name))?.Copy();
    }

    /// <summary>Objects of the kind that have an owner reference.</summary>
    public IReadOnlyList<JsonObject> ListOwned(ResourceKind kind)
    {
        lock (gate)
            return [.. kinds[kind].Values.Where(o => o.ObjectsAt("metadata", "ownerReferences").Any()).Select(o => o.Copy())];
    }

    /// <summary>All objects of the kind in order of namespace and name; an empty namespace means everywhere.</summary>
    public IReadOnlyList<JsonObject> List(ResourceKind kind, string ns = "")
    {
        lock (gate)
            return [.. kinds[kind].Values.Where(o => ns.Length == 0 || o.Namespace() == ns).Select(o => o.Copy())];
    }

    /// <summary>
    /// Changes one object. <paramref name="change"/> gets the current object (null if there is none) and returns the new one (null removes it),
    /// or the same instance for no change. The store is locked during the call; an exception changes nothing.
    /// </summary>
    /// <returns>The stored object with its new resourceVersion; null when it was removed.</returns>
    public JsonObject? Change(ResourceKind kind, string ns, string name, bool dryRun, Func<JsonObject?, JsonObject?> change)
    {
        JsonObject? after;
        lock (gate)
        {
            var key = Key(kind, ns, name);
            var before = kinds[kind].GetValueOrDefault(key)?.Copy();
            after = change(before);
            if (ReferenceEquals(before, after) || dryRun)
                return after;

            revision++;
            if (after is null)
                kinds[kind].Remove(key);
            else
                kinds[kind][key] = Versioned(after).Copy();
            Remember(kind, before, after);
        }
        subscribers?.Invoke(kind);
        return after;
    }

    /// <summary>Changes of a kind after a revision, in order; null when the revision is too old.</summary>
    public IReadOnlyList<StoreEvent>? Since(ResourceKind kind, long after)
    {
        lock (gate)
        {
            if (after < revision - events.Count)
                return null;
            // Each revision has one event, so the index of the first one can be computed.
            return [.. events.Skip((int)(after - (revision - events.Count))).Where(e => e.Kind == kind)];
        }
    }

    // etcd compacts after some minutes; the twin limits the number of events to limit its memory.
    private void Remember(ResourceKind kind, JsonObject? before, JsonObject? after)
    {
        var type = before is null ? "ADDED" : after is null ? "DELETED" : "MODIFIED";
        events.Add(new StoreEvent(revision, kind, type, (after ?? Versioned(before!)).Copy()));
        if (events.Count > LongestMemory)
            events.RemoveRange(0, LongestMemory / 2);
    }

    private JsonObject Versioned(JsonObject item)
    {
        item.Metadata()["resourceVersion"] = Revision;
        return item;
    }

    private static string Key(ResourceKind kind, string ns, string name) => kind.Namespaced ? $"{ns}/{name}" : name;
}

/// <summary>One change of one object, for watches.</summary>
public sealed record StoreEvent(long Revision, ResourceKind Kind, string Type, JsonObject Item);
