using CentralAmp.Delivery;
using CentralAmp.Failures;

namespace CentralAmp.Planning;

/// <summary>What one delivery will work on, and what it will have to do. Pure.</summary>
/// <param name="Replaces">Earlier deliveries, which end when this one is healthy.</param>
/// <param name="WaitsFor">What people have to do after ours is done; null where nothing depends on them.</param>
/// <param name="Refusal">Why a person must act first.</param>
internal sealed record PlannedDelivery(
    string Delivery, Collector Collector, Change Change, string Sentence, ReplacedDelivery[] Replaces, Failure? WaitsFor = null, Failure? Refusal = null)
{
    public static PlannedDelivery Of(PlanFacts facts, string delivery)
    {
        var replaces = Replaced.By(facts, delivery);
        return delivery switch
        {
            Deliveries.Prometheus => OfPrometheus(facts, replaces),
            Deliveries.Values => OfValues(facts, replaces),
            _ => OfOwnAgent(facts, delivery, replaces),
        };
    }

    private static PlannedDelivery OfPrometheus(PlanFacts facts, ReplacedDelivery[] replaces)
    {
        var (candidate, account) = (facts.Candidate, facts.ServiceAccount!);
        var what = $"{candidate} with {candidate.Replicas} replica(s) as {account} writes to {facts.Workspace.Arn} as {Identity(facts)}";
        var change = Standing.Delta(candidate, account, facts.Desired);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything is there",
            _ when Standing.HasIdentity(candidate, facts.RoleArn) => $"{what}: the remote-write entry is to be applied, no pod is rolled",
            _ => $"{what}: the service account is to be annotated, the pods to be rolled, the remote-write entry to be applied",
        };
        return new PlannedDelivery(
            Deliveries.Prometheus, OnboardingDecider.CollectorOf(candidate), AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces);
    }

    private static PlannedDelivery OfOwnAgent(PlanFacts facts, string delivery, ReplacedDelivery[] replaces)
    {
        var collector = OwnCollector.Of(delivery);
        var objects = OwnObject.Of(delivery, facts.DesiredOfAgent, collector, facts.Settings);
        var what = $"An agent of ours, {objects[^1]}, as service account '{collector.Namespace}/{collector.ServiceAccount}' writes to {facts.Workspace.Arn} as {Identity(facts)}";
        var change = ChangeOf(facts, objects);
        var sentence = change switch
        {
            Change.Unchanged => $"{what}: everything is there",
            Change.Created => $"{what}: it is to be made, nothing else in the cluster is changed",
            _ => $"{what}: it is to be brought up to date",
        };
        return new PlannedDelivery(delivery, collector, AtLeast(change, replaces), sentence + Replaced.Describe(replaces), replaces)
        {
            Refusal = OwnRefusals.OfReverts(facts.Own, delivery, objects),
        };
    }

    private static PlannedDelivery OfValues(PlanFacts facts, ReplacedDelivery[] replaces)
    {
        var (candidate, account, desired) = (facts.Candidate, facts.ServiceAccount!, facts.Desired);
        var collector = OnboardingDecider.CollectorOf(candidate);
        var objects = OwnObject.Of(Deliveries.Values, desired, collector, facts.Settings);
        var waiting = ValuesStanding.Of(candidate, account, desired);
        var what = $"{objects[0]} says what {candidate} as {account} needs to write to {facts.Workspace.Arn} as {Identity(facts)}";
        var sentence = waiting is null ? $"{what}: it is merged" : $"{what}: it is to be merged at its source";
        return new PlannedDelivery(
            Deliveries.Values, collector, AtLeast(ChangeOf(facts, objects), replaces), sentence + Replaced.Describe(replaces), replaces, waiting)
        {
            Refusal = OwnRefusals.OfReverts(facts.Own, Deliveries.Values, objects),
        };
    }

    private static Change ChangeOf(PlanFacts facts, IReadOnlyList<OwnObject> objects)
    {
        var standings = objects.Select(item => item.StandingOf(facts.Own.Find(item.Path))).ToList();
        return standings switch
        {
            _ when standings.All(standing => standing == OwnStanding.Current) => Change.Unchanged,
            _ when standings.All(standing => standing == OwnStanding.Absent) => Change.Created,
            _ => Change.Updated,
        };
    }

    private static Change AtLeast(Change change, ReplacedDelivery[] replaces) =>
        change == Change.Unchanged && replaces.Length > 0 ? Change.Updated : change;

    private static string Identity(PlanFacts facts) =>
        facts.RoleArn == facts.IngestRoleArn ? facts.RoleArn : $"{facts.RoleArn}, which assumes {facts.IngestRoleArn}";
}

/// <summary>Finds earlier deliveries of ours. Pure.</summary>
internal static class Replaced
{
    private static readonly string[] OfOurNamespace = [Deliveries.PrometheusAgent, Deliveries.Agent, Deliveries.Values];

    /// <summary>Only what sends, or misleads people: an identity that is left on someone's pods does no harm, and taking it away would roll them.</summary>
    public static ReplacedDelivery[] By(PlanFacts facts, string delivery) =>
    [
        .. OfOurNamespace.Where(other => other != delivery && facts.Own.Has(other)).Select(other => new ReplacedDelivery(other, OwnCollector.Of(other))),
        .. (facts.Prometheuses ?? [])
            .Where(prometheus => prometheus.RemoteWriteOwners.Contains(Ours.FieldManager) && !(delivery == Deliveries.Prometheus && prometheus == facts.Candidate))
            .Select(prometheus => new ReplacedDelivery(Deliveries.Prometheus, OnboardingDecider.CollectorOf(prometheus))),
    ];

    public static string Describe(ReplacedDelivery[] replaces) => replaces.Length == 0
        ? "."
        : $"; then delivery {string.Join(" and ", replaces.Select(replaced => $"'{replaced.Delivery}'"))} of before ends.";
}
