using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Prometheus;

/// <summary>
/// Bodies of CentralAmp's server-side applies. An apply has every field that CentralAmp owns: a field that it omits, and that CentralAmp alone owned, is removed.
/// With a uid, nothing is created and no successor is changed; with a resourceVersion, no unread change is overwritten (prometheus.md).
/// </summary>
internal static class CollectorPatches
{
    public static JsonObject ServiceAccount(ServiceAccountResource account, string? roleArn)
    {
        var metadata = new JsonObject { ["name"] = account.Name, ["namespace"] = account.Namespace, ["uid"] = account.Uid };
        if (roleArn is not null)
        {
            metadata["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = roleArn };
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = metadata };
    }

    /// <param name="applied">Null: the annotation is removed.</param>
    /// <param name="roleArn">Null: the pod annotation is removed, which rolls the pods.</param>
    /// <param name="entries">Empty: the list is removed, if CentralAmp owns it.</param>
    public static JsonObject Prometheus(PrometheusResource observed, int? applied, string? roleArn, IReadOnlyList<JsonObject> entries)
    {
        var metadata = new JsonObject
        {
            ["name"] = observed.Name,
            ["namespace"] = observed.Namespace,
            ["uid"] = observed.Uid,
            ["resourceVersion"] = observed.ResourceVersion,
        };
        if (applied is { } times)
        {
            metadata["annotations"] = new JsonObject { [ManagedNames.AppliedAnnotation] = times.ToString(CultureInfo.InvariantCulture) };
        }

        var spec = new JsonObject();
        if (roleArn is not null)
        {
            spec["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.RoleAnnotation] = roleArn } };
        }

        if (entries.Count > 0)
        {
            spec["remoteWrite"] = new JsonArray([.. entries.Select(entry => entry.DeepClone())]);
        }

        var body = new JsonObject { ["apiVersion"] = "monitoring.coreos.com/v1", ["kind"] = "Prometheus", ["metadata"] = metadata };
        if (spec.Count > 0)
        {
            body["spec"] = spec;
        }

        return body;
    }

    /// <summary>Gives the pods the role; a list that CentralAmp owns stays as it is.</summary>
    public static JsonObject AnnotatePods(PrometheusResource observed, string roleArn) =>
        Prometheus(observed, observed.Applied ?? 0, roleArn, observed.RemoteWriteIsManaged ? observed.RemoteWrite : []);

    /// <summary>Applies CentralAmp's one entry. The annotation counts only applies after a removal, not changes.</summary>
    public static JsonObject ApplyEntry(PrometheusResource observed, DesiredDelivery desired)
    {
        var applied = RemoteWriteState.Of(observed, desired.Entry) == EntryState.Absent ? (observed.Applied ?? 0) + 1 : Math.Max(1, observed.Applied ?? 1);
        return Prometheus(observed, applied, desired.RoleArn, [desired.Entry]);
    }

    /// <summary>The pods keep the role until the entry is absent from their running configuration.</summary>
    public static JsonObject RemoveEntry(PrometheusResource observed) =>
        Prometheus(observed, 0, observed.PodAnnotations.GetValueOrDefault(ManagedNames.RoleAnnotation), []);

    public static JsonObject RemovePodsRole(PrometheusResource observed) => Prometheus(observed, 0, roleArn: null, []);

    public static JsonObject RemoveMark(PrometheusResource observed) => Prometheus(observed, applied: null, roleArn: null, []);
}
