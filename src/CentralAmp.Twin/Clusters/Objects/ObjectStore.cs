using System.Globalization;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Clusters.Objects;

/// <summary>
/// The objects of one cluster, as etcd holds them. What is inside is never handed out: everything read is a copy.
/// </summary>
public sealed class ObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<ResourceKind, SortedDictionary<string, JsonObject>> kinds = ResourceKind.All.ToDictionary(
        kind => kind, _ => new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));

    // Any start will do; a large one shows where somebody takes it for a count.
    private long revision = 10_000;

    private Action<ResourceKind> told = _ => { };

    public string Revision => Volatile.Read(ref revision).ToString(CultureInfo.InvariantCulture);

    /// <summary>From now on <paramref name="changed"/> is told of every change, outside of the store's lock.</summary>
    public void Subscribe(Action<ResourceKind> changed)
    {
        lock (gate)
            told += changed;
    }

    public JsonObject? Find(ResourceKind kind, string ns, string name)
    {
        lock (gate)
            return kinds[kind].GetValueOrDefault(Key(kind, ns, name))?.Copy();
    }

    /// <summary>All objects of the kind in order of namespace and name; an empty namespace means everywhere.</summary>
    public IReadOnlyList<JsonObject> List(ResourceKind kind, string ns = "")
    {
        lock (gate)
            return [.. kinds[kind].Values.Where(o => ns.Length == 0 || o.Namespace() == ns).Select(o => o.Copy())];
    }

    /// <summary>
    /// Changes one object: <paramref name="change"/> gets what is (null if nothing) and answers what shall be (null removes),
    /// or the very same instance to leave it. Nothing else happens meanwhile; a throw changes nothing.
    /// </summary>
    /// <returns>What is now, with its new resourceVersion; null when it was removed.</returns>
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
            {
                kinds[kind].Remove(key);
            }
            else
            {
                after.Metadata()["resourceVersion"] = Revision;
                kinds[kind][key] = after.Copy();
            }
        }
        told(kind);
        return after;
    }

    private static string Key(ResourceKind kind, string ns, string name) => kind.Namespaced ? $"{ns}/{name}" : name;
}
