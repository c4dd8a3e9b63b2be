using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.Tests.Support;

/// <summary>Objects with server-side apply as measured (prometheus.md): lists are atomic, maps granular, conflicts name managers.</summary>
public sealed class ApplyStore
{
    private readonly Dictionary<string, JsonObject> objects = [];
    private readonly Dictionary<(string Path, string Field), HashSet<string>> owners = [];
    private readonly List<string> writes = [];
    private int version = 100;

    public IReadOnlyList<string> Writes => writes;

    public JsonObject? Get(string path)
    {
        if (!objects.TryGetValue(path, out var found))
        {
            return null;
        }

        var copy = found.DeepClone().AsObject();
        copy["metadata"]!["managedFields"] = ManagedFields(path);
        return copy;
    }

    public IReadOnlyList<JsonObject>? All(string segment) =>
        [.. objects.Keys.Where(path => path.Contains(segment, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(path => Get(path)!)];

    /// <param name="path">Path of a collection in all namespaces, with a label selector.</param>
    public IReadOnlyList<JsonObject> Labelled(string path)
    {
        var (kind, label) = (path.Split('?')[0].Split('/')[^1], Uri.UnescapeDataString(path.Split("labelSelector=")[1]).Split('='));
        return [.. All($"/{kind}/")!.Where(item => item["metadata"]!["labels"]?[label[0]]?.ToString() == label[1])];
    }

    /// <summary>Deletes as CentralAmp and counts as a write. False without an object of this uid.</summary>
    public bool DeleteManaged(string path, string uid)
    {
        writes.Add($"DELETE {path}");
        var found = objects.TryGetValue(path, out var item) && item["metadata"]!["uid"]!.ToString() == uid;
        if (found)
        {
            Delete(path);
        }

        return found;
    }

    /// <summary>Stores an object as the cluster does, without field managers.</summary>
    public void Put(string path, JsonObject body) => objects[path] = body;

    public void Delete(string path)
    {
        objects.Remove(path);
        foreach (var owned in owners.Keys.Where(key => key.Path == path).ToList())
        {
            owners.Remove(owned);
        }
    }

    /// <summary>Creates an object as another manager.</summary>
    public void Create(string path, string manager, JsonObject body)
    {
        objects[path] = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = body["metadata"]!["name"]!.DeepClone(),
                ["namespace"] = body["metadata"]!["namespace"]?.DeepClone(),
                ["uid"] = $"uid-{++version}",
                ["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture),
            },
        };
        Merge(path, manager, body, force: true);
    }

    /// <summary>Applies as another manager with force, which takes fields over from their managers.</summary>
    public void ForceApply(string path, string manager, JsonObject body) => Merge(path, manager, body, force: true);

    /// <summary>Removes a field as another manager with a JSON patch, which makes the manager owner of no field.</summary>
    public void Remove(string path, params string[] field)
    {
        Unset(objects[path], field);
        owners.Remove((path, string.Join('\u0001', field)));
        Bump(path);
    }

    /// <summary>Applies without force and counts as a write of CentralAmp.</summary>
    public JsonObject Apply(string path, string manager, JsonObject body)
    {
        writes.Add($"PATCH {path}");
        if (!objects.TryGetValue(path, out var observed))
        {
            if (body["metadata"]!["uid"] is not null)
            {
                throw Conflict("the UID in the precondition does not match");
            }

            Create(path, manager, body);
            foreach (var field in (string[])["apiVersion", "kind"])
            {
                objects[path][field] = body[field]?.DeepClone();
            }

            return Get(path)!;
        }

        foreach (var precondition in (string[])["uid", "resourceVersion"])
        {
            if (body["metadata"]![precondition]?.ToString() is { } wanted && wanted != observed["metadata"]![precondition]!.ToString())
            {
                throw Conflict($"{precondition} does not match");
            }
        }

        Merge(path, manager, body, force: false);
        return Get(path)!;
    }

    /// <summary>A JSON merge patch of CentralAmp: it takes fields over, and null removes them.</summary>
    public JsonObject Patch(string path, string manager, JsonObject body)
    {
        writes.Add($"PATCH {path}");
        var observed = objects.TryGetValue(path, out var found) ? found : throw new KubernetesException(404, "NotFound", "not found", [], null);
        if (body["metadata"]?["resourceVersion"]?.ToString() is { } wanted && wanted != observed["metadata"]!["resourceVersion"]!.ToString())
        {
            throw Conflict("resourceVersion does not match");
        }

        foreach (var field in Nulls(body, []))
        {
            Remove(path, field);
        }

        Merge(path, manager, body, force: true);
        return Get(path)!;
    }

    private static IEnumerable<string[]> Nulls(JsonObject node, string[] path) => node.SelectMany(member => member.Value switch
    {
        null => (IEnumerable<string[]>)[[.. path, member.Key]],
        JsonObject inner => Nulls(inner, [.. path, member.Key]),
        _ => [],
    });

    private void Merge(string path, string manager, JsonObject body, bool force)
    {
        var observed = objects[path];
        var wanted = Leaves(body, []).Where(leaf => !IsIdentity(leaf.Field)).ToList();
        var before = observed.ToJsonString();
        foreach (var (field, value) in wanted)
        {
            var others = Owners(path, field).Where(owner => owner != manager).ToList();
            if (others.Count > 0 && !JsonNode.DeepEquals(At(observed, field), value))
            {
                if (!force)
                {
                    throw Conflict(
                        $"conflict with \"{others[0]}\": .{string.Join('.', field)}",
                        new KubernetesCause("FieldManagerConflict", $".{string.Join('.', field)}", $"conflict with \"{others[0]}\""));
                }

                Owners(path, field).Clear();
            }
        }

        foreach (var left in owners.Where(owned => owned.Key.Path == path && owned.Value.Contains(manager)).Select(owned => owned.Key.Field).ToList())
        {
            var field = left.Split('\u0001');
            if (force || wanted.Any(leaf => leaf.Field.SequenceEqual(field)))
            {
                continue;
            }

            Owners(path, field).Remove(manager);
            if (Owners(path, field).Count == 0)
            {
                owners.Remove((path, left));
                Unset(observed, field);
            }
        }

        foreach (var (field, value) in wanted)
        {
            Owners(path, field).Add(manager);
            Set(observed, field, value.DeepClone());
        }

        if (observed.ToJsonString() != before)
        {
            Bump(path);
        }
    }

    private void Bump(string path) => objects[path]["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);

    private HashSet<string> Owners(string path, string[] field)
    {
        var key = (path, string.Join('\u0001', field));
        return owners.TryGetValue(key, out var found) ? found : owners[key] = [];
    }

    private JsonArray ManagedFields(string path)
    {
        var entries = new Dictionary<string, JsonObject>();
        foreach (var ((_, field), managers) in owners.Where(owned => owned.Key.Path == path))
        {
            foreach (var manager in managers)
            {
                var node = entries.TryGetValue(manager, out var fields) ? fields : entries[manager] = [];
                foreach (var name in field.Split('\u0001'))
                {
                    node[$"f:{name}"] ??= new JsonObject();
                    node = node[$"f:{name}"]!.AsObject();
                }
            }
        }

        return new JsonArray([.. entries.Select(entry => new JsonObject { ["manager"] = entry.Key, ["operation"] = "Apply", ["fieldsV1"] = entry.Value })]);
    }

    private static IEnumerable<(string[] Field, JsonNode Value)> Leaves(JsonObject node, string[] path) => node.SelectMany(member => member.Value switch
    {
        JsonObject { Count: > 0 } inner => Leaves(inner, [.. path, member.Key]),
        null => [],
        var value => [((string[])[.. path, member.Key], value)],
    });

    private static bool IsIdentity(string[] field) =>
        field is ["apiVersion"] or ["kind"] or ["metadata", "name" or "namespace" or "uid" or "resourceVersion"];

    private static JsonNode? At(JsonNode? node, string[] field) => field.Aggregate(node, (parent, name) => (parent as JsonObject)?[name]);

    private static void Set(JsonObject root, string[] field, JsonNode value)
    {
        var parent = root;
        foreach (var name in field[..^1])
        {
            parent[name] ??= new JsonObject();
            parent = parent[name]!.AsObject();
        }

        parent[field[^1]] = value;
    }

    private static void Unset(JsonObject root, string[] field)
    {
        (At(root, field[..^1]) as JsonObject)?.Remove(field[^1]);
        if (field.Length > 2 && At(root, field[..^1]) is JsonObject { Count: 0 })
        {
            Unset(root, field[..^1]);
        }
    }

    private static KubernetesException Conflict(string message, params KubernetesCause[] causes) => new(409, "Conflict", message, causes, null);
}
