using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Fields;

/// <summary>A field manager and its operation: <c>Apply</c> owns the fields that it applies, <c>Update</c> those that it changed.</summary>
/// <param name="Subresource">Empty for the object itself.</param>
public sealed record FieldManager(string Name, string Operation, string Subresource = "")
{
    public const string Apply = "Apply";
    public const string Update = "Update";
}

/// <summary>One entry of metadata.managedFields.</summary>
public sealed record ManagedFieldsEntry(FieldManager Manager, string ApiVersion, string Time, FieldSet Fields)
{
    public static ManagedFieldsEntry FromJson(JsonObject json) => new(
        new FieldManager(json.TextAt("manager") ?? "", json.TextAt("operation") ?? "", json.TextAt("subresource") ?? ""),
        json.TextAt("apiVersion") ?? "",
        json.TextAt("time") ?? "",
        FieldSet.FromJson((JsonObject)json["fieldsV1"]!));

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["manager"] = Manager.Name,
            ["operation"] = Manager.Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Fields.ToJson(),
        };
        if (Manager.Subresource.Length > 0)
            json["subresource"] = Manager.Subresource;
        return json;
    }
}

/// <summary>The field managers of one object; every operation answers a new value.</summary>
public sealed class ManagedFields
{
    private readonly IReadOnlyList<ManagedFieldsEntry> entries;

    private ManagedFields(IEnumerable<ManagedFieldsEntry> entries) => this.entries = [.. entries];

    public static ManagedFields Of(JsonObject? item) =>
        new(item.ObjectsAt("metadata", "managedFields").Select(ManagedFieldsEntry.FromJson));

    public FieldSet OwnedBy(FieldManager manager) => entries.FirstOrDefault(e => e.Manager == manager)?.Fields ?? new FieldSet();

    public FieldSet OwnedByOthers(FieldManager manager) =>
        entries.Where(e => e.Manager != manager).Aggregate(new FieldSet(), (all, e) => all.Union(e.Fields));

    /// <summary>Which other manager owns which of these fields.</summary>
    public IEnumerable<(ManagedFieldsEntry Owner, FieldSet Fields)> Conflicts(FieldManager manager, FieldSet changed) =>
        from entry in entries
        where entry.Manager != manager
        let fields = changed.Intersect(entry.Fields)
        where !fields.IsEmpty
        select (entry, fields);

    /// <summary>Makes the manager an owner of the fields. Fields in <paramref name="taken"/> lose their other owners.</summary>
    public ManagedFields With(FieldManager manager, string apiVersion, string time, FieldSet owned, FieldSet taken)
    {
        var before = OwnedBy(manager);
        var others = entries.Where(e => e.Manager != manager).Select(e => e with { Fields = e.Fields.Except(taken) });
        var mine = new ManagedFieldsEntry(manager, apiVersion, owned.SameAs(before) ? TimeOf(manager) ?? time : time, owned);
        return new ManagedFields(others.Append(mine).Where(e => !e.Fields.IsEmpty));
    }

    public bool SameAs(ManagedFields other) =>
        entries.Count == other.entries.Count &&
        entries.All(e => other.entries.Any(o => o.Manager == e.Manager && o.Fields.SameAs(e.Fields)));

    /// <summary>Written into the object in Kubernetes' order: applies first, then by time and name.</summary>
    public void WriteTo(JsonObject item)
    {
        var ordered = entries
            .OrderBy(e => e.Manager.Operation, StringComparer.Ordinal)
            .ThenBy(e => e.Time, StringComparer.Ordinal)
            .ThenBy(e => e.Manager.Name, StringComparer.Ordinal);
        item.Metadata()["managedFields"] = new JsonArray([.. ordered.Select(e => e.ToJson())]);
    }

    private string? TimeOf(FieldManager manager) => entries.FirstOrDefault(e => e.Manager == manager)?.Time;
}
