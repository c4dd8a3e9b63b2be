using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record EnsureTrustRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan);

/// <summary>What the collector's identity is made of.</summary>
/// <param name="RoleArn">What the service account assumes: the ingest role, or in trust mode <c>chained</c> the collector role.</param>
/// <param name="Writing">Whether the RBAC that lets us write exactly the planned objects is in place; Missing asks for an elevation.</param>
/// <param name="Notice">What people should know although nothing is wrong yet: a quota that is near.</param>
public sealed record EnsureTrustResult(Change Change, string RoleArn, string ProviderArn, RbacAccess Writing, string? Notice = null)
{
    /// <summary>The role that may write to the workspace; what was written before there was chained trust does not name it.</summary>
    public string IngestRoleArn { get => field ?? RoleArn; init; } = RoleArn;

    /// <summary>The workspace that the cluster leaves; its grant stays until the new one is verified. Null while nothing moves.</summary>
    public string? PreviousWorkspaceArn { get; init; }
}

/// <summary>Provider, roles and their one permission each; then says whether the writing RBAC is there.</summary>
public sealed partial class EnsureTrustStep(
    ITrustStores stores, IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, ILogger<EnsureTrustStep> logger)
{
    /// <summary>Every lost race means that another execution brought the same trust nearer; three in a row mean that IAM has not settled.</summary>
    private const int Rounds = 3;

    public async Task<EnsureTrustResult> RunAsync(EnsureTrustRequest request, CancellationToken cancellationToken)
    {
        var desired = ClusterTrust.For(request.Cluster, request.Described, request.Plan.PlannedTrust(), settings);
        using var member = desired.Member is null ? null : await stores.MemberAsync(request.Cluster, request.Execution, cancellationToken);
        var ensured = await EnsureAsync(request, desired, member, cancellationToken);

        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(request.Plan), cancellationToken);
        Ensured(desired.Assumed.RoleArn, request.Cluster.Arn, ensured.Change, writing);
        return new EnsureTrustResult(ensured.Change, desired.Assumed.RoleArn, desired.Assumed.ProviderArn!, writing, ensured.Notice)
        {
            IngestRoleArn = desired.Hub.RoleArn,
            PreviousWorkspaceArn = ensured.PreviousWorkspaceArn,
        };
    }

    private async Task<(Change Change, string? Notice, string? PreviousWorkspaceArn)> EnsureAsync(
        EnsureTrustRequest request, ClusterTrust desired, ITrustStore? member, CancellationToken cancellationToken)
    {
        var (change, notice) = (Change.Unchanged, (string?)null);
        for (var round = 0; round < Rounds; round++)
        {
            var (sides, previous) = await ObserveAsync(desired, member, cancellationToken);
            if (sides.All(side => side.Actions.Count == 0))
            {
                return (change, notice, previous);
            }

            await RefuseTombstoneAsync(request, cancellationToken);
            var done = await ActAsync(sides, cancellationToken);
            change = done.Contains(TrustAction.CreateRole) ? Change.Created : done.Count > 0 && change == Change.Unchanged ? Change.Updated : change;
            if (done.Contains(TrustAction.CreateProvider) && member is null)
            {
                notice = TrustDecider.NoticeOf((await stores.Hub.ListProvidersAsync(cancellationToken)).Count);
            }

            if (done.Count == sides.Sum(side => side.Actions.Count))
            {
                return (change, notice, previous);
            }
        }

        throw new NotReadyException(
            Causes.TrustNotEffective,
            $"Making {desired.Assumed.RoleArn} for {request.Cluster}: IAM says that it is there and that it is not.",
            "None if it passes: IAM settles within seconds, or another execution is at work.");
    }

    /// <summary>Both accounts are looked at before anything is written in either: a refusal of one leaves nothing in the other.</summary>
    private async Task<(IReadOnlyList<Side> Sides, string? PreviousWorkspaceArn)> ObserveAsync(
        ClusterTrust desired, ITrustStore? member, CancellationToken cancellationToken)
    {
        var observed = await stores.Hub.ObserveAsync(desired.Hub, cancellationToken);
        var previous = desired.Hub.PreviousWorkspaceOf(observed);
        var sides = new List<Side> { Decide(stores.Hub, previous is null ? desired.Hub : desired.Hub.StillGranting(previous), observed) };
        if (member is not null)
        {
            sides.Add(Decide(member, desired.Member!, await member.ObserveAsync(desired.Member!, cancellationToken)));
        }

        return (sides, previous);
    }

    private static Side Decide(ITrustStore store, DesiredTrust desired, ObservedTrust observed)
    {
        var (actions, refusal) = TrustDecider.Decide(desired, observed);
        return refusal is null ? new Side(store, desired, actions) : throw refusal.ToException();
    }

    /// <returns>The actions that were done; it stops at the first that another execution was faster with.</returns>
    private async Task<IReadOnlyList<TrustAction>> ActAsync(IReadOnlyList<Side> sides, CancellationToken cancellationToken)
    {
        var done = new List<TrustAction>();
        foreach (var (store, desired, action) in sides.SelectMany(side => side.Actions.Select(action => (side.Store, side.Desired, action))))
        {
            if (!await store.ActAsync(action, desired, cancellationToken))
            {
                break;
            }

            Acted(action, desired.RoleArn);
            done.Add(action);
        }

        return done;
    }

    /// <summary>A cluster that was offboarded gets no trust again, however late an event of it comes.</summary>
    private async Task RefuseTombstoneAsync(EnsureTrustRequest request, CancellationToken cancellationToken)
    {
        if (await registry.FindAsync(request.Cluster.Arn, request.Described.CreatedAt, cancellationToken) is { IsClosed: true })
        {
            throw new BlockedException(
                Causes.ClusterOffboarded,
                $"The registry says that {request.Cluster} was offboarded.",
                "None if the cluster is gone; else execute again with \"reopen\": true.");
        }
    }

    [LoggerMessage(LogLevel.Information, "Trust of {Cluster}: {Role} {Change}, writing RBAC {Writing}")]
    private partial void Ensured(string role, string cluster, Change change, RbacAccess writing);

    [LoggerMessage(LogLevel.Information, "{Action} for {Role}")]
    private partial void Acted(TrustAction action, string role);

    /// <summary>One account, and what is to be written there.</summary>
    private sealed record Side(ITrustStore Store, DesiredTrust Desired, IReadOnlyList<TrustAction> Actions);
}
