using System.Text.Json.Nodes;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>How <c>spec.remoteWrite</c> stands to our entry.</summary>
public enum EntryStanding
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

/// <summary>How the role of a service account stands to ours.</summary>
public enum IdentityStanding
{
    Absent,
    Current,

    /// <summary>An earlier role of ours.</summary>
    Outdated,
    Foreign,
}

/// <summary>Compares what the cluster has with what is desired, by meaning.</summary>
public static class Standing
{
    public static EntryStanding OfEntry(PrometheusResource prometheus, JsonObject desired)
    {
        var named = prometheus.RemoteWrite.Where(entry => entry["name"] is JsonValue name && name.ToString() == Ours.EntryName).ToList();
        var asDesired = named is [var only] && JsonMeaning.Contains(only, desired);
        if (prometheus.RemoteWriteIsOurs)
        {
            return prometheus.RemoteWrite.Count == 1 && asDesired ? EntryStanding.Current : EntryStanding.Outdated;
        }

        return (prometheus.RemoteWrite.Count + prometheus.RemoteWriteOwners.Count, named.Count) switch
        {
            (0, _) => EntryStanding.Absent,
            (_, 0) => EntryStanding.Foreign,
            _ => asDesired ? EntryStanding.AddedAtSource : EntryStanding.NameTaken,
        };
    }

    public static IdentityStanding OfIdentity(ServiceAccountResource account, string roleArn) => account switch
    {
        { RoleArn: "" } => IdentityStanding.Absent,
        _ when account.RoleArn == roleArn => IdentityStanding.Current,
        { RoleIsOurs: true } => IdentityStanding.Outdated,
        _ => IdentityStanding.Foreign,
    };

    /// <summary>Pods that the operator makes from now on carry our role's name.</summary>
    public static bool HasIdentity(PrometheusResource prometheus, string roleArn) =>
        prometheus.PodAnnotations.GetValueOrDefault(Ours.RoleAnnotation) == roleArn;

    /// <summary>What delivery will have to do.</summary>
    public static Change Delta(PrometheusResource prometheus, ServiceAccountResource account, DesiredDelivery desired)
    {
        var identity = OfIdentity(account, desired.RoleArn);
        var entry = OfEntry(prometheus, desired.Entry);
        if (identity == IdentityStanding.Current
            && HasIdentity(prometheus, desired.RoleArn)
            && entry is EntryStanding.Current or EntryStanding.AddedAtSource)
        {
            return Change.Unchanged;
        }

        return IsUntouched(prometheus, account) ? Change.Created : Change.Updated;
    }

    /// <summary>Nothing of ours is there.</summary>
    public static bool IsUntouched(PrometheusResource prometheus, ServiceAccountResource? account) =>
        !prometheus.RemoteWriteOwners.Contains(Ours.FieldManager)
        && prometheus.Applied is null
        && !prometheus.PodsRoleIsOurs
        && account?.RoleIsOurs != true;
}
