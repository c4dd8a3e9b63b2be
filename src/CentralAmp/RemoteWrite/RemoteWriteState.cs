using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.RemoteWrite;

/// <summary>The state of <c>spec.remoteWrite</c>, compared with CentralAmp's desired entry.</summary>
public enum EntryState
{
    /// <summary>No manager has set the list.</summary>
    Absent,

    /// <summary>CentralAmp manages the list, and it is as desired.</summary>
    Current,

    /// <summary>CentralAmp manages the list, but it is not as desired.</summary>
    Outdated,

    /// <summary>Another manager owns the list and has added CentralAmp's entry as desired.</summary>
    AddedAtSource,

    /// <summary>Another manager owns the list, and its entry with CentralAmp's name is not as desired.</summary>
    NameTaken,

    /// <summary>Another manager owns the list, without CentralAmp's entry.</summary>
    Foreign,
}

/// <summary>Compares <c>spec.remoteWrite</c> with the desired entry, by meaning.</summary>
public static class RemoteWriteState
{
    /// <param name="desired">The desired entry, with the operator's field names.</param>
    public static EntryState Of(PrometheusResource prometheus, JsonObject desired)
    {
        var named = prometheus.RemoteWrite.Where(entry => entry["name"] is JsonValue name && name.ToString() == ManagedNames.EntryName).ToList();
        var asDesired = named is [var only] && JsonMeaning.Contains(only, desired);
        if (prometheus.RemoteWriteIsManaged)
        {
            return prometheus.RemoteWrite.Count == 1 && asDesired ? EntryState.Current : EntryState.Outdated;
        }

        return (prometheus.RemoteWrite.Count + prometheus.RemoteWriteOwners.Count, named.Count) switch
        {
            (0, _) => EntryState.Absent,
            (_, 0) => EntryState.Foreign,
            _ => asDesired ? EntryState.AddedAtSource : EntryState.NameTaken,
        };
    }
}
