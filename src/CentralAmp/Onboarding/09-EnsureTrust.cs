using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record EnsureTrustRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan);

/// <summary>The role and provider that form the collector's identity.</summary>
/// <param name="RoleArn">The role that the service account assumes: the ingest role, or in trust mode <c>chained</c> the collector role.</param>
/// <param name="Writing">As the plan found it: if the RBAC for writing exactly the planned objects is Missing, an elevation follows.</param>
/// <param name="Notice">A warning for operators although nothing failed: a quota is nearly reached.</param>
public sealed record EnsureTrustResult(Change Change, string RoleArn, string ProviderArn, RbacAccess Writing, string? Notice = null)
{
    /// <summary>The role that may write to the workspace. State data from before chained trust does not contain it; then it is <see cref="RoleArn"/>.</summary>
    public string IngestRoleArn { get => field ?? RoleArn; init; } = RoleArn;

    /// <summary>The former workspace of a cluster that moves; its grant stays until the new workspace is verified. Null if the cluster does not move.</summary>
    public string? PreviousWorkspaceArn { get; init; }
}

/// <summary>
/// Ensures the provider, the roles and the one permission of each role. It may write IAM in both accounts, so it reads nothing that a cluster answers.
/// </summary>
public sealed partial class EnsureTrustStep(
    ITrustStores stores, ClusterRegistry registry, HubSettings settings, ILogger<EnsureTrustStep> logger)
{
    /// <summary>A lost race means that another execution did part of the same work. After three in a row, IAM is not consistent yet.</summary>
    private const int Rounds = 3;

    public async Task<EnsureTrustResult> RunAsync(EnsureTrustRequest request, CancellationToken cancellationToken)
    {
        var desired = ClusterTrust.For(request.Cluster, request.Described, request.Plan.PlannedTrust(), settings);
        using var member = desired.Member is null ? null : await stores.MemberAsync(request.Cluster, MemberRole.Managing, request.Execution, cancellationToken);
        var ensured = await EnsureAsync(request, desired, member, cancellationToken);

        var writing = request.Plan.WritingIsInstalled ? RbacAccess.Allowed : RbacAccess.Missing;
        if (!ensured.Announced && (writing == RbacAccess.Missing || request.Plan.Change != Change.Unchanged || request.Plan.Gone is not null))
        {
            await AnnounceAsync(request, desired, [], cancellationToken);
        }

        Ensured(desired.Assumed.RoleArn, request.Cluster.Arn, ensured.Change, writing);
        return new EnsureTrustResult(ensured.Change, desired.Assumed.RoleArn, desired.Assumed.ProviderArn!, writing, ensured.Notice)
        {
            IngestRoleArn = desired.Hub.RoleArn,
            PreviousWorkspaceArn = ensured.PreviousWorkspaceArn,
        };
    }

    private async Task<(Change Change, string? Notice, string? PreviousWorkspaceArn, bool Announced)> EnsureAsync(
        EnsureTrustRequest request, ClusterTrust desired, ITrustStore? member, CancellationToken cancellationToken)
    {
        var (change, notice, announced) = (Change.Unchanged, (string?)null, false);
        for (var round = 0; round < Rounds; round++)
        {
            var (sides, previous) = await ObserveAsync(request.Cluster, desired, member, cancellationToken);
            if (sides.All(side => side.Actions.Count == 0))
            {
                return (change, notice, previous, announced);
            }

            await AnnounceAsync(request, desired, sides, cancellationToken);
            announced = true;
            var done = await ActAsync(sides, cancellationToken);
            await registry.ConfirmClaimAsync(request.Cluster, request.Described.CreatedAt, request.Execution, cancellationToken);
            change = done.Contains(TrustAction.CreateRole) ? Change.Created : done.Count > 0 && change == Change.Unchanged ? Change.Updated : change;
            if (done.Contains(TrustAction.CreateProvider) && member is null)
            {
                notice = TrustDecider.NoticeOf((await stores.Hub.ListProvidersAsync(cancellationToken)).Count);
            }

            if (done.Count == sides.Sum(side => side.Actions.Count))
            {
                return (change, notice, previous, announced);
            }
        }

        throw new NotReadyException(
            Causes.TrustNotEffective,
            $"Ensuring {desired.Assumed.RoleArn} for {request.Cluster}: IAM reports both that the role exists and that it does not.",
            "None if the error is transient: IAM is consistent within seconds, or another execution changes the same role.");
    }

    /// <summary>Reads both accounts before it writes in either one: if one account refuses, nothing remains in the other.</summary>
    private async Task<(IReadOnlyList<Side> Sides, string? PreviousWorkspaceArn)> ObserveAsync(
        ClusterReference cluster, ClusterTrust desired, ITrustStore? member, CancellationToken cancellationToken)
    {
        var observed = await stores.Hub.ObserveAsync(desired.Hub, cancellationToken);
        var previous = desired.Hub.PreviousWorkspaceOf(observed) is { } former && GrantDecider.IsPossible(cluster, former, settings) ? former : null;
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

    /// <returns>The actions that were done; stops at the first action that another execution has done already.</returns>
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

    /// <summary>
    /// Records everything that this execution is about to make or change, in IAM and in the cluster, before it does. The same write refuses an execution that
    /// another one has overtaken: a late event never gives an offboarded cluster trust again.
    /// </summary>
    private Task AnnounceAsync(EnsureTrustRequest request, ClusterTrust desired, IReadOnlyList<Side> sides, CancellationToken cancellationToken) =>
        registry.AnnounceAsync(
            request.Cluster, request.Described.CreatedAt, OnboardingFacts.Announce(request.Plan, IamOf(desired, sides)), request.Execution, cancellationToken);

    /// <summary>A provider of another owner is used and not recorded.</summary>
    private static IEnumerable<RecordedObject> IamOf(ClusterTrust desired, IReadOnlyList<Side> sides) =>
    [
        .. ((DesiredTrust?[])[desired.Hub, desired.Member]).OfType<DesiredTrust>().Select(side => new RecordedObject(RecordedObject.IamRole, side.RoleArn)),
        .. sides.Where(side => side.Actions.Contains(TrustAction.CreateProvider)).Select(side => new RecordedObject(RecordedObject.OidcProvider, side.Desired.ProviderArn!)),
    ];

    [LoggerMessage(LogLevel.Information, "Trust of {Cluster}: {Role} {Change}, writing RBAC {Writing}")]
    private partial void Ensured(string role, string cluster, Change change, RbacAccess writing);

    [LoggerMessage(LogLevel.Information, "{Action} for {Role}")]
    private partial void Acted(TrustAction action, string role);

    /// <summary>One account and the changes to make in it.</summary>
    private sealed record Side(ITrustStore Store, DesiredTrust Desired, IReadOnlyList<TrustAction> Actions);
}
