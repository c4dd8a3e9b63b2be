using System.Text.Json.Serialization;

namespace CentralAmp.Registry;

/// <summary>
/// What CentralAmp made or changed for a cluster, as its registry item names it: written before it is made, removed after it is gone. Marks on objects
/// (labels, field managers) can be set by anybody, so an object is of record only if these facts name it.
/// </summary>
/// <remarks>Kept as text, because the facts travel through the state machine's data. Text that cannot be read counts as absent.</remarks>
public sealed record ClusterFacts
{
    /// <summary>Value of <see cref="NamespaceUid"/> from the announcement until the uid is known.</summary>
    public const string Announced = "announced";

    /// <summary>The onboarded <see cref="RecordedCollector"/>.</summary>
    public string? Collector { get; init; }

    /// <summary>Every <see cref="RecordedCollector"/> that may send: the onboarded one and, during a move, the new one.</summary>
    public string[] Collectors { get => field ?? []; init; } = [];

    /// <summary>Every <see cref="RecordedObject"/> that CentralAmp made or changed.</summary>
    public string[] Objects { get => field ?? []; init; } = [];

    /// <summary>The uid of CentralAmp's namespace, or <see cref="Announced"/>; null if CentralAmp did not make the namespace.</summary>
    public string? NamespaceUid { get; init; }

    /// <summary>
    /// Since when a delivery is being applied that was not healthy yet, and by which execution; null if the last one became healthy or was withdrawn.
    /// Whoever comes next finishes it.
    /// </summary>
    public string? Unfinished { get; init; }

    /// <summary>The last delivery that was healthy (<c>HealthyDelivery</c>); null if there is none. Only a withdrawal reads it, from the registry.</summary>
    [JsonIgnore]
    public string? Healthy { get; init; }

    /// <summary>Null in items from before the facts, in half-written ones, and without an item.</summary>
    public RecordedCollector? Onboarded() => RecordedCollector.Parse(Collector);

    public IEnumerable<RecordedCollector> AllCollectors() =>
        Collectors.Prepend(Collector).Select(RecordedCollector.Parse).OfType<RecordedCollector>().Distinct();

    public IEnumerable<RecordedObject> AllObjects() => Objects.Select(RecordedObject.Parse).OfType<RecordedObject>();

    /// <summary>Whether anything of CentralAmp may exist for the cluster.</summary>
    [JsonIgnore]
    public bool IsAnything => Collector is not null || NamespaceUid is not null || Collectors.Length > 0 || Objects.Length > 0;

    public bool Has(string kind, string path, string uid = "") => AllObjects().Any(item => item.Is(kind, path, uid));

    /// <summary>The announced or known namespace of CentralAmp.</summary>
    public bool IsNamespace(string uid) => NamespaceUid == Announced || (NamespaceUid is { Length: > 0 } known && known == uid);
}

/// <summary>A collector as the registry names it.</summary>
/// <param name="Delivery">The delivery that made it the collector.</param>
/// <param name="Uid">Empty for CentralAmp's agents, whose names are fixed.</param>
public sealed record RecordedCollector(string Delivery, string Namespace, string Name, string Uid, string ServiceAccount)
{
    private const string NoUid = "-";

    /// <summary>The subject of the web identity tokens of its pods.</summary>
    [JsonIgnore]
    public string Subject => SubjectOf(Namespace, ServiceAccount);

    public static string SubjectOf(string @namespace, string serviceAccount) => $"system:serviceaccount:{@namespace}:{serviceAccount}";

    public static RecordedCollector? Parse(string? text) => text?.Split(' ') is [var delivery, var path, var uid, var account] && path.Split('/') is [var @namespace, var name]
        ? new RecordedCollector(delivery, @namespace, name, uid == NoUid ? "" : uid, account)
        : null;

    public override string ToString() => $"{Delivery} {Namespace}/{Name} {(Uid.Length == 0 ? NoUid : Uid)} {ServiceAccount}";
}

/// <summary>An object as the registry names it.</summary>
/// <param name="Path"><c>namespace/name</c>, the name of a cluster-scoped object, or the ARN of a resource in IAM.</param>
/// <param name="Uid">Empty if it was not known when the object was announced.</param>
public sealed record RecordedObject(string Kind, string Path, string Uid = "")
{
    public const string IamRole = nameof(IamRole);
    public const string OidcProvider = nameof(OidcProvider);

    public static RecordedObject? Parse(string? text) => text?.Split(' ') switch
    {
        [{ Length: > 0 } kind, { Length: > 0 } path] => new RecordedObject(kind, path),
        [{ Length: > 0 } kind, { Length: > 0 } path, var uid] => new RecordedObject(kind, path, uid),
        _ => null,
    };

    /// <summary>An object that was recreated by somebody else has another uid.</summary>
    public bool Is(string kind, string path, string uid) => Kind == kind && Path == path && (Uid.Length == 0 || uid.Length == 0 || Uid == uid);

    public override string ToString() => Uid.Length == 0 ? $"{Kind} {Path}" : $"{Kind} {Path} {Uid}";
}

/// <summary>A change of the facts, as part of a write of the registry item.</summary>
public sealed record FactsUpdate
{
    /// <summary>Becomes the onboarded collector; with <see cref="IsAnnouncement"/> only if there is none yet.</summary>
    public RecordedCollector? Collector { get; init; }

    public bool IsAnnouncement { get; init; }

    /// <summary>Collectors that send, or are about to.</summary>
    public IReadOnlyList<RecordedCollector> Sends { get; init; } = [];

    /// <summary>Collectors that no longer send. An update with any of them adds none: those that send were announced.</summary>
    public IReadOnlyList<RecordedCollector> Ended { get; init; } = [];

    public IReadOnlyList<RecordedObject> Objects { get; init; } = [];

    /// <summary>A delivery begins. An earlier one that is not finished stays the one since when the collector is not known to be healthy.</summary>
    public string? Unfinished { get; init; }

    /// <summary>Objects that no longer exist. An update with any of them adds none: those that exist were announced.</summary>
    public IReadOnlyList<RecordedObject> Gone { get; init; } = [];

    public string? NamespaceUid { get; init; }

    /// <summary>The <see cref="ClusterFacts.NamespaceUid"/> that the plan was made with. An announcement overwrites no other one.</summary>
    public string? KnownNamespaceUid { get; init; }
}
