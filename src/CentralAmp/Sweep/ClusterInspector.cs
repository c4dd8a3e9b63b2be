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

/// <summary>Reads a cluster, the cheapest calls first, until the observation suffices for a finding. Uses the same deciders as the onboarding workflow.</summary>
public sealed class ClusterInspector(
    IFleetRegistry registry,
    IClusterReader clusters,
    IAccessEntries entries,
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
        var observation = Unread(request);
        if (!request.AccountListed)
        {
            return observation with
            {
                IsOfHub = observation.Cluster.AccountId == settings.HubAccountId,
                Known = request.CreatedAt is { } createdAt ? await registry.FindAsync(request.ClusterArn, createdAt, cancellationToken) : null,
            };
        }

        foreach (var read in (Func<InspectionObservation, Task<InspectionObservation>>[])
            [
                observation => ReadClusterAsync(observation, request.Execution, cancellationToken),
                observation => ReadEntryAsync(observation, request.Execution, cancellationToken),
                observation => ReadKubernetesAsync(observation, request.Execution, cancellationToken),
                observation => ReadSamplesAsync(observation, cancellationToken),
            ])
        {
            if (InspectionDecider.Decide(observation) is not null)
            {
                break;
            }

            observation = await WithObstacleAsync(observation, read);
        }

        return observation with { Grant = await DecideGrantAsync(observation, cancellationToken) };
    }

    /// <summary>
    /// For a cluster whose inspection failed until the state machine gave up: its administrator can bring that about, and must not keep a grant by it. EKS is
    /// asked for the tags once more; without an answer the record decides.
    /// </summary>
    public async Task<GrantDecision?> ObserveGrantAsync(InspectClusterRequest request, CancellationToken cancellationToken)
    {
        if (!request.AccountListed)
        {
            return null;
        }

        var observation = Unread(request);
        try
        {
            observation = await ReadClusterAsync(observation, request.Execution, cancellationToken);
        }
        catch (WorkflowException)
        {
            // The failure that is being recorded stands for this one.
        }

        return await DecideGrantAsync(observation, cancellationToken);
    }

    private InspectionObservation Unread(InspectClusterRequest request) => new()
    {
        Sweep = request.Sweep,
        Cluster = ClusterArn.Parse(request.ClusterArn),
        Now = time.GetUtcNow(),
        ActiveLimit = settings.ActiveLimit,
        RegisteredAs = request.CreatedAt,
        AccountListed = request.AccountListed,
    };

    /// <summary>Also for a cluster that cannot be described: what was recorded of its route counts, and its account and region.</summary>
    private async Task<GrantDecision?> DecideGrantAsync(InspectionObservation observation, CancellationToken cancellationToken)
    {
        var item = observation.Item;
        if (observation is { Observed: null, ClusterRead: false })
        {
            item = (await registry.OfClusterAsync(observation.Cluster.Arn, cancellationToken))
                .LastOrDefault(known => known is { IsPlaceholder: false, IsNewer: false, Item.IsTombstone: false }
                    && (observation.RegisteredAs is null || known.Item.CreatedAt == observation.RegisteredAs))?.Item;
        }

        // A newer cluster of that name has other tags.
        var routed = observation.Observed is { } observed && (item is null || item.CreatedAt == observed.CreatedAt)
            ? settings.Routes.WorkspaceFor(observation.Cluster, observed.Tags, new RoutedWorkspace(settings.WorkspaceArn, settings.TrustMode)).WorkspaceArn
            : null;
        return GrantDecider.Decide(observation.Cluster, item, routed, observation.VerifiedWorkspaceArn, settings, observation.Now);
    }

    /// <summary>Reads the cluster, and the registry item of the cluster that exists or that the request names.</summary>
    private async Task<InspectionObservation> ReadClusterAsync(InspectionObservation observation, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var observed = await clusters.FindAsync(observation.Cluster, execution, cancellationToken);
        var read = observation with { ClusterRead = true, Observed = observed };
        if ((observation.RegisteredAs ?? observed?.CreatedAt) is { } createdAt)
        {
            read = read with { Known = await registry.FindAsync(observation.Cluster.Arn, createdAt, cancellationToken) };
        }

        return observed is null ? read : Admit(read, observed);
    }

    /// <summary>An inspection does not wait for ACTIVE: <see cref="InspectionDecider"/> judges the status by the cluster's age.</summary>
    private InspectionObservation Admit(InspectionObservation observation, ObservedCluster observed) => WithRefusal(observation, observation =>
    {
        var described = ClusterAdmission.Decide(observation.Cluster, observed, TimeSpan.Zero, settings);
        if (described.Next != ClusterNext.Continue)
        {
            return observation with { Described = described };
        }

        if (settings.SwitchConfigMap && described.AuthenticationMode == AccessEntryDecision.OnlyConfigMap)
        {
            return observation with { Described = described, ModeToSwitch = true };
        }

        AccessEntryDecision.RequireAccessEntries(observation.Cluster, described.AuthenticationMode);
        return observation with { Described = described };
    });

    private async Task<InspectionObservation> ReadEntryAsync(InspectionObservation observation, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var entry = await entries.FindAsync(observation.Cluster, execution, cancellationToken);
        var decided = WithRefusal(observation, observation => observation with { AccessEntry = AccessEntryDecision.Decide(observation.Cluster, entries.PrincipalArn(observation.Cluster), entry) });
        return decided.AccessEntry == AccessEntryDelta.None
            ? decided with { Elevated = await entries.IsAdminAsync(observation.Cluster, execution, cancellationToken) }
            : decided;
    }

    private async Task<InspectionObservation> ReadKubernetesAsync(InspectionObservation observation, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var described = observation.Described!;
        using var kubernetes = await kubernetesClients.ConnectAsync(observation.Cluster, described, execution, cancellationToken);
        var reading = await RbacRules.CheckAsync(kubernetes, RbacRules.Reading(), cancellationToken);
        var read = observation with { Reading = reading };
        if (reading == RbacAccess.Missing)
        {
            return read;
        }

        read = await PlanAsync(read, kubernetes, execution, cancellationToken);
        if (read.Plan?.Collector is null)
        {
            return read;
        }

        read = await ReadTrustAsync(read, execution, cancellationToken);
        return read with { Writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(read.Plan!), cancellationToken) };
    }

    private async Task<InspectionObservation> PlanAsync(
        InspectionObservation observation, IKubernetes kubernetes, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var described = observation.Described!;
        HubProviders? providers = null;
        if (TrustModeDecider.MustCount(observation.Cluster, observation.Item, described.TrustMode, settings))
        {
            var arns = await trust.Hub.ListProvidersAsync(cancellationToken);
            providers = new HubProviders(arns.Count, arns.Contains(ClusterTrust.ProviderArn(observation.Cluster, settings.HubAccountId, described.Issuer)));
        }

        var observed = await CollectorObserver.ObserveAsync(
            new PlanObservation
            {
                Cluster = observation.Cluster,
                Described = described,
                Settings = settings,
                Elapsed = TimeSpan.Zero,
                Parked = observation.Item is { State: Outcome.Parked, ExecutionStartedAt: { } since } ? observation.Now - since : TimeSpan.Zero,
                Item = observation.Item,
                TrustMode = TrustModeDecider.Decide(observation.Cluster, observation.Item, described.TrustMode, providers, settings),
                Workspace = await workspaces.FindAsync(described.WorkspaceArn, cancellationToken),
            },
            kubernetes,
            () => ProvenSubjects.ReadAsync(trust, observation.Cluster, described, settings, execution, cancellationToken),
            cancellationToken);
        observed = await CollectorObserver.WithPodIdentityAsync(observed, podIdentities, execution, cancellationToken);
        var (plan, refusal) = OnboardingDecider.Decide(observed);
        return observation with { Plan = plan, Refusal = refusal };
    }

    private async Task<InspectionObservation> ReadTrustAsync(
        InspectionObservation observation, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var desired = ClusterTrust.For(observation.Cluster, observation.Described!, observation.Plan!.PlannedTrust(), settings);
        var ingest = await trust.Hub.ObserveAsync(desired.Hub, cancellationToken);
        var (actions, refusal) = TrustDecider.Decide(desired.Hub, ingest);
        if (refusal is null && desired.Member is { } assumed)
        {
            using var member = await trust.MemberAsync(observation.Cluster, MemberRole.Looking, execution, cancellationToken);
            (var more, refusal) = TrustDecider.Decide(assumed, await member.ObserveAsync(assumed, cancellationToken));
            actions = [.. actions, .. more];
        }

        return observation with { Trust = actions, Refusal = refusal, VerifiedWorkspaceArn = desired.Hub.PreviousWorkspaceOf(ingest) };
    }

    private async Task<InspectionObservation> ReadSamplesAsync(InspectionObservation observation, CancellationToken cancellationToken) =>
        observation with { Samples = await samples.ReadAsync(observation.Plan!.TargetWorkspace(), observation.Plan!.ClusterLabel, cancellationToken) };

    private static InspectionObservation WithRefusal(InspectionObservation observation, Func<InspectionObservation, InspectionObservation> decide)
    {
        try
        {
            return decide(observation);
        }
        catch (BlockedException e)
        {
            return observation with { Refusal = new Failure(FailureKind.Blocked, e.Cause, e.Sentence, e.Remedy) };
        }
    }

    /// <summary>The state machine retries transient errors; every other failure is part of the observation.</summary>
    private static async Task<InspectionObservation> WithObstacleAsync(InspectionObservation observation, Func<InspectionObservation, Task<InspectionObservation>> read)
    {
        try
        {
            return await read(observation);
        }
        catch (WorkflowException e) when (e is not TransientException)
        {
            var kind = e is NotReadyException ? FailureKind.NotReady : FailureKind.Blocked;
            return observation with { Obstacle = new Failure(kind, e.Cause, e.Sentence, e.Remedy) };
        }
    }
}
