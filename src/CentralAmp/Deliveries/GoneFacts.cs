using CentralAmp.Registry;

namespace CentralAmp.Deliveries;

/// <summary>
/// Facts about objects that were recreated: an object of the same name exists and has another uid. Without their removal, the registry item of a cluster
/// whose stack is often installed anew would grow without limit.
/// </summary>
/// <param name="Collectors">Each a <see cref="RecordedCollector"/>.</param>
/// <param name="Objects">Each a <see cref="RecordedObject"/>.</param>
public sealed record GoneFacts(string[] Collectors, string[] Objects)
{
    /// <summary>Of each in one plan, which travels through the state machine's data (256 KB). Those that are left out are found again by the next plan.</summary>
    internal const int Most = 50;

    internal IReadOnlyList<RecordedCollector> AllCollectors() => [.. Collectors.Select(RecordedCollector.Parse).OfType<RecordedCollector>()];

    internal IReadOnlyList<RecordedObject> AllObjects() => [.. Objects.Select(RecordedObject.Parse).OfType<RecordedObject>()];

    /// <summary>Pure. Null if nothing is gone.</summary>
    internal static GoneFacts? Of(PlanObservation observation)
    {
        var collectors = observation.Facts.AllCollectors().Where(known => IsGone(observation, known)).Select(known => known.ToString());
        var objects = observation.Facts.AllObjects().Where(known => IsGone(observation, known)).Select(known => known.ToString());
        var gone = new GoneFacts([.. collectors.Take(Most)], [.. objects.Take(Most)]);
        return gone.Collectors.Length + gone.Objects.Length > 0 ? gone : null;
    }

    private static bool IsGone(PlanObservation observation, RecordedCollector known) => IsAnother(known.Uid, UidOf(observation, $"{known.Namespace}/{known.Name}"));

    private static bool IsGone(PlanObservation observation, RecordedObject known) => known.Kind switch
    {
        "Prometheus" => IsAnother(known.Uid, UidOf(observation, known.Path)),
        "ServiceAccount" when observation.ServiceAccount is { } account => known.Path == $"{account.Namespace}/{account.Name}" && IsAnother(known.Uid, account.Uid),
        _ => false,
    };

    /// <summary>Empty if there is no such Prometheus: that it is absent now does not prove that it stays so.</summary>
    private static string UidOf(PlanObservation observation, string path) =>
        (observation.Prometheuses ?? []).FirstOrDefault(prometheus => path == $"{prometheus.Namespace}/{prometheus.Name}")?.Uid ?? "";

    /// <summary>An unknown uid proves nothing.</summary>
    private static bool IsAnother(string known, string observed) => known.Length > 0 && observed.Length > 0 && known != observed;
}
