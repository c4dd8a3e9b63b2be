using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;

namespace CentralAmp.RemoteWrite;

/// <summary>How <c>spec.remoteWrite</c> stands to our entry.</summary>
public enum EntryState
{
    /// <summary>Nobody set the list.</summary>
    Absent,

    /// <summary>Ours, as desired.</summary>
    Current,

    /// <summary>Ours, but not as desired.</summary>
    Outdated,

    /// <summary>Someone else owns the list, and it has our entry as desired: added at its source.</summary>
    AddedAtSource,

    /// <summary>Someone else owns the list, and an entry of our name in it is not what we would write.</summary>
    NameTaken,

    /// <summary>Someone else owns the list, without our entry.</summary>
    Foreign,
}

/// <summary>Compares <c>spec.remoteWrite</c> with the desired entry, by meaning.</summary>
public static class RemoteWriteState
{
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
