using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>A kind of object that the cluster refuses from every user, with the message of the refusing component.</summary>
/// <param name="Plural">Plural name of the kind, e.g. <c>statefulsets</c>.</param>
/// <param name="Namespaces">Namespaces of the refusal; empty means all.</param>
public sealed record Refusal(string Plural, string Why, params string[] Namespaces)
{
    /// <summary>A validating webhook, as Kyverno and Gatekeeper register them.</summary>
    public static Refusal ByWebhook(string plural, params string[] namespaces) => new(
        plural, $"admission webhook \"validate.policy.example.com\" denied the request: {plural} need the label team", namespaces)
    {
        IsWebhook = true,
    };

    /// <summary>A ResourceQuota that is used up.</summary>
    public static Refusal ByQuota(string plural, params string[] namespaces) => new(
        plural, $"exceeded quota: objects, requested: count/{plural}=1, used: count/{plural}=10, limited: count/{plural}=10", namespaces);

    private bool IsWebhook { get; init; }

    /// <exception cref="StatusException">403 for a new object that one of them refuses.</exception>
    public static void Check(IReadOnlyList<Refusal> refusals, ResourceKind kind, JsonObject? before, JsonObject after)
    {
        if (before is not null || refusals.FirstOrDefault(r => r.Matches(kind, after)) is not { } refusal)
            return;
        // A webhook's denial has no subject: "admission webhook … denied the request" stands alone (apiserver, webhook/errors).
        throw refusal.IsWebhook
            ? new StatusException(403, "Forbidden", refusal.Why)
            : StatusException.Forbidden(kind, after.Name(), refusal.Why);
    }

    private bool Matches(ResourceKind kind, JsonObject item) =>
        kind.Plural == Plural && (Namespaces.Length == 0 || Namespaces.Contains(item.Namespace()));
}
