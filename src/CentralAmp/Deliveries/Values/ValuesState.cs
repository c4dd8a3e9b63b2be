using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Values;

/// <summary>Whether a collector's own source has the values that delivery <c>values</c> wrote down. Pure.</summary>
internal static class ValuesState
{
    /// <returns>What is missing at the source; null if everything is merged.</returns>
    public static Failure? Of(PrometheusResource prometheus, ServiceAccountResource? account, DesiredDelivery desired)
    {
        string[] missing =
        [
            .. account is null || CollectorIdentity.Of(account, desired.RoleArn) != IdentityState.Current
                ? [$"the annotation {ManagedNames.ServiceAccountRoleAnnotation} of its service account"]
                : (string[])[],
            .. RemoteWriteState.Of(prometheus, desired.Entry) != EntryState.AddedAtSource ? ["the remote-write entry"] : (string[])[],
        ];
        return missing.Length == 0
            ? null
            : Failure.NotReady(
                Causes.ValuesNotMerged,
                $"The source of {prometheus} does not have {string.Join(" and ", missing)} yet.",
                $"kubectl -n {AgentNames.Namespace} get configmap {AgentNames.Values} -o yaml shows what to merge where its values are kept; the annotation and new pods before the entry.");
    }
}
