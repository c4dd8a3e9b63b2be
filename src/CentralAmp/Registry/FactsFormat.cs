using Amazon.DynamoDBv2.Model;

namespace CentralAmp.Registry;

/// <summary>
/// The facts' attributes in DynamoDB. The sets grow and shrink by their members, so that executions beside each other do not lose each other's facts.
/// </summary>
internal static class FactsFormat
{
    public const string Collector = "collector";
    public const string Collectors = "collectors";
    public const string Objects = "objects";
    public const string NamespaceUid = "namespaceUid";
    public const string Unfinished = "unfinished";
    public const string Healthy = "healthy";

    /// <summary>All attributes, for the write that removes the facts after everything is gone.</summary>
    public static IReadOnlyList<string> All { get; } = [Collector, Collectors, Objects, NamespaceUid, Unfinished, Healthy];

    public static ClusterFacts Read(Dictionary<string, AttributeValue> item) => new()
    {
        Collector = FleetItemFormat.Text(item, Collector),
        Collectors = SetOf(item, Collectors),
        Objects = SetOf(item, Objects),
        NamespaceUid = FleetItemFormat.Text(item, NamespaceUid),
        Unfinished = FleetItemFormat.Text(item, Unfinished),
        Healthy = FleetItemFormat.Text(item, Healthy),
    };

    /// <summary>Adds the values to <paramref name="values"/>, and returns the clauses of the update expression: assignments of SET, and further sections.</summary>
    public static (IReadOnlyList<string> Assignments, string Sections) Write(FactsUpdate facts, Dictionary<string, AttributeValue> values)
    {
        var assignments = new List<string>();
        if (facts.Collector is { } collector)
        {
            values[":collector"] = ItemTable.Of(collector.ToString());
            assignments.Add(facts.IsAnnouncement ? $"{Collector} = if_not_exists({Collector}, :collector)" : $"{Collector} = :collector");
        }

        if (facts.NamespaceUid is { } uid)
        {
            values[":namespaceUid"] = ItemTable.Of(uid);
            assignments.Add($"{NamespaceUid} = :namespaceUid");
        }

        if (facts.Unfinished is { } since)
        {
            values[":unfinished"] = ItemTable.Of(since);
            assignments.Add($"{Unfinished} = if_not_exists({Unfinished}, :unfinished)");
        }

        // DynamoDB does not accept ADD and DELETE of one attribute in one update.
        IReadOnlyList<RecordedCollector> added = facts.Ended.Count > 0 ? [] : facts.Sends;
        IReadOnlyList<RecordedObject> objects = facts.Gone.Count > 0 ? [] : facts.Objects;
        string[] adds = [.. Section(Collectors, ":collectors", added, values), .. Section(Objects, ":objects", objects, values)];
        string[] deletes = [.. Section(Collectors, ":ended", facts.Ended, values), .. Section(Objects, ":gone", facts.Gone, values)];
        return (assignments, (adds.Length == 0 ? "" : $" ADD {string.Join(", ", adds)}") + (deletes.Length == 0 ? "" : $" DELETE {string.Join(", ", deletes)}"));
    }

    /// <summary>
    /// The recorded uid is the one that <paramref name="facts"/> were decided on, or what they write. Otherwise another execution has recorded its
    /// namespace meanwhile, and "announced" would make any namespace of that name CentralAmp's.
    /// </summary>
    public static string NamespaceIsAsPlanned(FactsUpdate facts, Dictionary<string, AttributeValue> values)
    {
        var same = $"attribute_not_exists({NamespaceUid}) OR {NamespaceUid} = :namespaceUid";
        if (facts.KnownNamespaceUid is not { Length: > 0 } known)
        {
            return $"({same})";
        }

        values[":knownNamespaceUid"] = ItemTable.Of(known);
        return $"({same} OR {NamespaceUid} = :knownNamespaceUid)";
    }

    private static IEnumerable<string> Section<T>(string name, string placeholder, IReadOnlyList<T> members, Dictionary<string, AttributeValue> values)
        where T : class
    {
        if (members.Count > 0)
        {
            values[placeholder] = new AttributeValue { SS = [.. members.Select(member => member.ToString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
            yield return $"{name} {placeholder}";
        }
    }

    private static string[] SetOf(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) && value.SS is { } members ? [.. members] : [];
}
