using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;
using CentralAmp.Verification;

namespace CentralAmp.Sweep;

/// <summary>Reads, cheapest first, until the facts suffice for a finding. Every decider on the way is the road's own.</summary>
public sealed class ClusterInspector(
    IFleetRegistry registry,
    IClusterReader clusters,
    IAccessEntries entries,
    MemberAccounts members,
    RecentWorkspaces workspaces,
    IKubernetesClients kubernetesClients,
    ITrustStores trust,
    IPodIdentities podIdentities,
    IngestReader samples,
    HubSettings settings,
    TimeProvider time)
{
    public async Task<InspectionObservation> ObserveAsync(InspectClusterRequest request, CancellationToken cancellationToken)
    {
        var facts = new InspectionObservation
        {
            Sweep = request.Sweep,
            Cluster = ClusterArn.Parse(request.ClusterArn),
            Now = time.GetUtcNow(),
            ActiveLimit = settings.ActiveLimit,
            RegisteredAs = request.CreatedAt,
            AccountListed = request.AccountListed,
        };
        foreach (var look in (Func<InspectionObservation, Task<InspectionObservation>>[])
            [
                facts => LookAsync(facts, request.Execution, cancellationToken),
                facts => LookAtEntryAsync(facts, request.Execution, cancellationToken),
                facts => LookInsideAsync(facts, request.Execution, cancellationToken),
                facts => LookAtSamplesAsync(facts, cancellationToken),
            ])
        {
            if (InspectionDecider.Decide(facts) is not null)
            {
                break;
            }

            facts = await ObstructedAsync(facts, look);
        }

        return facts;
    }

    /// <summary>The cluster, and what the registry knows of the incarnation that is there or that was asked for.</summary>
    private async Task<InspectionObservation> LookAsync(InspectionObservation facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var observed = await clusters.FindAsync(facts.Cluster, execution, cancellationToken);
        var looked = facts with { Looked = true, Observed = observed };
        if ((facts.RegisteredAs ?? observed?.CreatedAt) is { } createdAt)
        {
            looked = looked with { Known = await registry.FindAsync(facts.Cluster.Arn, createdAt, cancellationToken) };
        }

        return observed is null ? looked : Admit(looked, observed);
    }

    /// <summary>The wait for ACTIVE is nobody's here: <see cref="InspectionDecider"/> judges it by the cluster's age.</summary>
    private InspectionObservation Admit(InspectionObservation facts, ObservedCluster observed) => Judged(facts, facts =>
    {
        var described = ClusterAdmission.Decide(facts.Cluster, observed, TimeSpan.Zero, settings);
        if (described.Next != ClusterNext.Continue)
        {
            return facts with { Described = described };
        }

        if (settings.SwitchConfigMap && described.AuthenticationMode == AccessEntryDecision.OnlyConfigMap)
        {
            return facts with { Described = described, ModeToSwitch = true };
        }

        AccessEntryDecision.RequireAccessEntries(facts.Cluster, described.AuthenticationMode);
        return facts with { Described = described };
    });

    private async Task<InspectionObservation> LookAtEntryAsync(InspectionObservation facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var entry = await entries.FindAsync(facts.Cluster, execution, cancellationToken);
        var judged = Judged(facts, facts => facts with { AccessEntry = AccessEntryDecision.Decide(facts.Cluster, members.RoleArn(facts.Cluster), entry) });
        return judged.AccessEntry == AccessEntryDelta.None
            ? judged with { Elevated = await entries.IsAdminAsync(facts.Cluster, execution, cancellationToken) }
            : judged;
    }

    private async Task<InspectionObservation> LookInsideAsync(InspectionObservation facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var described = facts.Described!;
        using var kubernetes = await kubernetesClients.ConnectAsync(facts.Cluster, described, execution, cancellationToken);
        var reading = await RbacRules.CheckAsync(kubernetes, RbacRules.Reading(), cancellationToken);
        var looked = facts with { Reading = reading };
        if (reading == RbacAccess.Missing)
        {
            return looked;
        }

        looked = await PlanAsync(looked, kubernetes, execution, cancellationToken);
        if (looked.Plan?.Collector is null)
        {
            return looked;
        }

        looked = await LookAtTrustAsync(looked, execution, cancellationToken);
        return looked with { Writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(looked.Plan!), cancellationToken) };
    }

    private async Task<InspectionObservation> PlanAsync(
        InspectionObservation facts, IKubernetes kubernetes, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var described = facts.Described!;
        HubProviders? providers = null;
        if (TrustModeDecider.MustCount(facts.Cluster, facts.Item, described.TrustMode, settings))
        {
            var arns = await trust.Hub.ListProvidersAsync(cancellationToken);
            providers = new HubProviders(arns.Count, arns.Contains(ClusterTrust.ProviderArn(facts.Cluster, settings.HubAccountId, described.Issuer)));
        }

        var gathered = await CollectorObserver.ObserveAsync(
            new PlanObservation
            {
                Cluster = facts.Cluster,
                Described = described,
                Settings = settings,
                Elapsed = TimeSpan.Zero,
                Parked = facts.Item is { State: Outcome.Parked, ExecutionStartedAt: { } since } ? facts.Now - since : TimeSpan.Zero,
                TrustMode = TrustModeDecider.Decide(facts.Cluster, facts.Item, described.TrustMode, providers, settings),
                Workspace = await workspaces.FindAsync(described.WorkspaceArn, cancellationToken),
            },
            kubernetes,
            cancellationToken);
        gathered = await CollectorObserver.WithPodIdentityAsync(gathered, podIdentities, execution, cancellationToken);
        var (plan, refusal) = OnboardingDecider.Decide(gathered);
        return facts with { Plan = plan, Refusal = refusal };
    }

    private async Task<InspectionObservation> LookAtTrustAsync(
        InspectionObservation facts, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var desired = ClusterTrust.For(facts.Cluster, facts.Described!, facts.Plan!.PlannedTrust(), settings);
        var ingest = await trust.Hub.ObserveAsync(desired.Hub, cancellationToken);
        var (actions, refusal) = TrustDecider.Decide(desired.Hub, ingest);
        if (refusal is null && desired.Member is { } assumed)
        {
            using var member = await trust.MemberAsync(facts.Cluster, execution, cancellationToken);
            (var more, refusal) = TrustDecider.Decide(assumed, await member.ObserveAsync(assumed, cancellationToken));
            actions = [.. actions, .. more];
        }

        return facts with { Trust = actions, Refusal = refusal, VerifiedWorkspaceArn = desired.Hub.PreviousWorkspaceOf(ingest) };
    }

    private async Task<InspectionObservation> LookAtSamplesAsync(InspectionObservation facts, CancellationToken cancellationToken) =>
        facts with { Samples = await samples.ReadAsync(facts.Plan!.TargetWorkspace(), facts.Plan!.ClusterLabel, cancellationToken) };

    private static InspectionObservation Judged(InspectionObservation facts, Func<InspectionObservation, InspectionObservation> judge)
    {
        try
        {
            return judge(facts);
        }
        catch (BlockedException e)
        {
            return facts with { Refusal = new Failure(FailureKind.Blocked, e.Cause, e.Sentence, e.Remedy) };
        }
    }

    /// <summary>What passes by itself is the state machine's to repeat; everything else is a finding.</summary>
    private static async Task<InspectionObservation> ObstructedAsync(InspectionObservation facts, Func<InspectionObservation, Task<InspectionObservation>> look)
    {
        try
        {
            return await look(facts);
        }
        catch (WorkflowException e) when (e is not TransientException)
        {
            var kind = e is NotReadyException ? FailureKind.NotReady : FailureKind.Blocked;
            return facts with { Obstacle = new Failure(kind, e.Cause, e.Sentence, e.Remedy) };
        }
    }
}
