using CentralAmp.Delivery.Agents;
using CentralAmp.Failures;
using CentralAmp.Planning;

namespace CentralAmp.Delivery;

/// <summary>Whether a collector's own source has what delivery <c>values</c> wrote down. Pure.</summary>
internal static class ValuesStanding
{
    /// <returns>What is missing at the source; null when all is merged.</returns>
    public static Failure? Of(PrometheusResource prometheus, ServiceAccountResource? account, DesiredDelivery desired)
    {
        string[] missing =
        [
            .. account is null || Standing.OfIdentity(account, desired.RoleArn) != IdentityStanding.Current
                ? [$"the annotation {Ours.ServiceAccountRoleAnnotation} of its service account"]
                : (string[])[],
            .. Standing.OfEntry(prometheus, desired.Entry) != EntryStanding.AddedAtSource ? ["the remote-write entry"] : (string[])[],
        ];
        return missing.Length == 0
            ? null
            : Decisions.NotReady(
                Causes.ValuesNotMerged,
                $"The source of {prometheus} does not have {string.Join(" and ", missing)} yet.",
                $"kubectl -n {AgentNames.Namespace} get configmap {AgentNames.Values} -o yaml shows what to merge where its values are kept; the annotation and new pods before the entry.");
    }
}
