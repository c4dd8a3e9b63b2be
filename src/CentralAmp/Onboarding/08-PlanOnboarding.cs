using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Choice;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="DryRun">The execution ends with the plan; nothing is written.</param>
public sealed record PlanOnboardingRequest(ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, bool DryRun = false);

/// <summary>Observes the collectors of the cluster and decides the plan. Writes nothing in AWS or in the cluster.</summary>
public sealed partial class PlanOnboardingStep(
    IWorkspaces workspaces,
    IKubernetesClients clusters,
    ITrustStores trust,
    IPodIdentities podIdentities,
    ClusterRegistry registry,
    HubSettings settings,
    TimeProvider time,
    ILogger<PlanOnboardingStep> logger)
{
    public async Task<OnboardingPlan> RunAsync(PlanOnboardingRequest request, CancellationToken cancellationToken)
    {
        var observation = await ObserveAwsAsync(request, cancellationToken);
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        observation = await ObserveClusterAsync(observation, kubernetes, request, cancellationToken);
        var (plan, refusal) = OnboardingDecider.Decide(observation);
        if (plan is null)
        {
            throw refusal!.ToException();
        }

        // Here, because the next step, which may write IAM, reads nothing that a cluster answers.
        if (plan.Collector is not null)
        {
            plan = plan with { WritingIsInstalled = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(plan), cancellationToken) == RbacAccess.Allowed };
        }

        if (plan.Next == PlanNext.Park)
        {
            // The registry shows operators why the cluster waits.
            if (!await registry.RecordAsync(ParkedItem(request, plan), request.Execution, cancellationToken))
            {
                throw ClusterRegistry.Superseded(request.Cluster);
            }
        }

        Planned(request.Cluster.Arn, plan.Next, plan.Change, plan.Sentence);
        foreach (var warning in plan.Warnings)
        {
            Warned(request.Cluster.Arn, warning);
        }

        return plan;
    }

    private async Task<PlanObservation> ObserveAwsAsync(PlanOnboardingRequest request, CancellationToken cancellationToken)
    {
        var item = await registry.FindAsync(request.Cluster.Arn, request.Described.CreatedAt, cancellationToken);
        return new PlanObservation
        {
            Cluster = request.Cluster,
            Described = request.Described,
            Settings = settings,
            DryRun = request.DryRun,
            Elapsed = time.GetUtcNow() - request.Execution.StartedAt,
            Parked = ParkedFor(item),
            Item = item,
            TrustMode = await TrustModeAsync(request, item, cancellationToken),
            Workspace = await workspaces.FindAsync(request.Described.WorkspaceArn, cancellationToken),
        };
    }

    private async Task<PlanObservation> ObserveClusterAsync(
        PlanObservation observation, IKubernetes kubernetes, PlanOnboardingRequest request, CancellationToken cancellationToken)
    {
        observation = await CollectorObserver.ObserveAsync(
            observation,
            kubernetes,
            () => ProvenSubjects.ReadAsync(trust, request.Cluster, request.Described, settings, request.Execution, cancellationToken),
            cancellationToken);
        return await CollectorObserver.WithPodIdentityAsync(observation, podIdentities, request.Execution, cancellationToken);
    }

    /// <summary>An earlier execution may have waited for this cluster already; its waiting time counts.</summary>
    private TimeSpan ParkedFor(RegistryItem? item) =>
        item is { State: Outcome.Parked, ExecutionStartedAt: { } since } ? time.GetUtcNow() - since : TimeSpan.Zero;

    private async Task<string> TrustModeAsync(PlanOnboardingRequest request, RegistryItem? item, CancellationToken cancellationToken)
    {
        var (cluster, described) = (request.Cluster, request.Described);
        HubProviders? providers = null;
        if (TrustModeDecider.MustCount(cluster, item, described.TrustMode, settings))
        {
            var arns = await trust.Hub.ListProvidersAsync(cancellationToken);
            providers = new HubProviders(arns.Count, arns.Contains(ClusterTrust.ProviderArn(cluster, settings.HubAccountId, described.Issuer)));
        }

        return TrustModeDecider.Decide(cluster, item, described.TrustMode, providers, settings);
    }

    /// <summary>A revoked grant was removed before this state.</summary>
    private static FormerGrant? StillGranted(PlanOnboardingRequest request) => request.Described.Revokes is null ? request.Described.Former : null;

    /// <remarks>Without the workspace: a parked cluster keeps sending to the workspace that is recorded, if any.</remarks>
    private RegistryItem ParkedItem(PlanOnboardingRequest request, OnboardingPlan plan) => new()
    {
        ClusterArn = request.Cluster.Arn,
        CreatedAt = request.Described.CreatedAt,
        State = Outcome.Parked,
        Cause = plan.Cause,
        Sentence = plan.Sentence + GrantDecider.StillGranted(StillGranted(request), settings.OldGrantMax),
        Remedy = plan.Remedy,
        TrustMode = plan.TrustMode,
        Delivery = plan.Delivery,
        FormerWorkspaceArn = StillGranted(request)?.WorkspaceArn,
        RouteLeftAt = StillGranted(request)?.Since,
    };

    [LoggerMessage(LogLevel.Information, "Planned for {Cluster}: {Next}, change {Change}. {Sentence}")]
    private partial void Planned(string cluster, PlanNext next, Change change, string sentence);

    [LoggerMessage(LogLevel.Warning, "{Cluster}: {Warning}")]
    private partial void Warned(string cluster, string warning);
}
