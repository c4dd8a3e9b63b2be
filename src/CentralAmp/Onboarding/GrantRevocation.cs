using System.Globalization;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public enum RevocationKind
{
    /// <summary>One workspace, which the cluster's route has left.</summary>
    Revoke,

    /// <summary>Every workspace, because no sweep lists the cluster's account any more.</summary>
    Cut,
}

/// <param name="WorkspaceArn">Absent for <see cref="RevocationKind.Cut"/>.</param>
public sealed record Revocation(RevocationKind Kind, string ClusterArn, long CreatedAt, string? WorkspaceArn = null);

/// <summary>
/// Takes a grant from an ingest role, without the cluster: only the hub's IAM and the registry. The role stays, because a Prometheus whose role is missing
/// cannot reload and does not survive a restart; one that is only denied can do both.
/// </summary>
public sealed partial class GrantRevocation(ITrustStores stores, ClusterRegistry registry, HubSettings settings, TimeProvider time, ILogger<GrantRevocation> logger)
{
    /// <summary>Value of the workspace's tag on a role without a grant: no workspace is the verified one.</summary>
    private const string NoWorkspace = "none";

    public async Task<Change> RevokeAsync(Revocation revocation, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var item = await registry.FindAsync(revocation.ClusterArn, revocation.CreatedAt, cancellationToken);
        if (item is null or { State: Outcome.OptedOut or Outcome.Offboarding or Outcome.Offboarded })
        {
            // Offboarding has denied the role already, or removed it.
            return Change.Unchanged;
        }

        var role = RoleOf(ClusterArn.Parse(item.ClusterArn), item);
        var observed = await stores.Hub.ObserveAsync(role, cancellationToken);
        if (TrustDecider.Decide(role, observed).Refusal is { } foreign)
        {
            throw foreign.ToException();
        }

        var change = revocation.Kind == RevocationKind.Cut
            ? await CutAsync(item, role, observed, execution, cancellationToken)
            : await RemoveAsync(item, revocation.WorkspaceArn!, role, observed, cancellationToken);
        Revoked(revocation.ClusterArn, revocation.Kind, revocation.WorkspaceArn, change);
        return change;
    }

    /// <summary>The tag first: if the function dies in between, no onboarding grants the former workspace again, and the record still asks for its removal.</summary>
    private async Task<Change> RemoveAsync(RegistryItem item, string workspaceArn, DesiredTrust role, ObservedTrust observed, CancellationToken cancellationToken)
    {
        var (remaining, isGranted) = Without(observed.Policy, workspaceArn);
        var isVerified = observed.Role?.Tags.GetValueOrDefault(TrustTags.WorkspaceArn) == workspaceArn;
        var desired = role with
        {
            RoleTags = new Dictionary<string, string>(role.RoleTags, StringComparer.Ordinal) { [TrustTags.WorkspaceArn] = remaining ?? NoWorkspace },
            Policy = remaining is null ? TrustPolicies.Denial : TrustPolicies.Ingest(remaining),
        };
        var tagged = isVerified && await stores.Hub.ActAsync(TrustAction.TagRole, desired, cancellationToken);
        var narrowed = isGranted && await stores.Hub.ActAsync(TrustAction.PutPolicy, desired, cancellationToken);
        await registry.EndGrantAsync(item, workspaceArn, SentenceOf(item, workspaceArn), cancellationToken);
        return tagged || narrowed ? Change.Updated : Change.Unchanged;
    }

    /// <summary>
    /// Recorded before it is done, so that an execution that waits for the cluster does not undo it. The claim is taken and released, so that an execution
    /// that is at work does not undo it either; if it takes the claim first, the next sweep cuts.
    /// </summary>
    private async Task<Change> CutAsync(RegistryItem item, DesiredTrust role, ObservedTrust observed, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var since = item.CutSince ?? time.GetUtcNow();
        var record = new RegistryItem
        {
            ClusterArn = item.ClusterArn,
            CreatedAt = item.CreatedAt,
            State = Outcome.Blocked,
            Cause = Causes.AccountNotListed,
            Sentence = string.Create(
                CultureInfo.InvariantCulture,
                $"Its access is cut since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: two successive sweeps did not list its account. The role stays; every workspace refuses its samples (403)."),
            Remedy = "Put the account back into the organization or the parameter Accounts, and the next sweep restores the access; or offboard its clusters by hand.",
            CutSince = since,
        };
        // An operator's execution that started after the sweep restored the access, and knew of the cut or made it unnecessary.
        if (observed.Role is null
            || item.ExecutionStartedAt > execution.StartedAt
            || !await registry.TakeClaimAsync(item, execution, closes: false, cancellationToken)
            || !await registry.RecordAsync(record, execution, cancellationToken, ClusterRegistry.ClaimAttributes)
            || PolicyMeaning.IsSame(observed.Policy, TrustPolicies.Denial))
        {
            return Change.Unchanged;
        }

        return await stores.Hub.ActAsync(TrustAction.PutPolicy, role with { Policy = TrustPolicies.Denial }, cancellationToken) ? Change.Updated : Change.Unchanged;
    }

    /// <summary>The workspace that the policy grants besides the given one, and whether it grants that one. CentralAmp never grants more than two.</summary>
    private static (string? Remaining, bool IsGranted) Without(string? policy, string workspaceArn)
    {
        string[] granted =
        [
            .. PolicyMeaning.Many(PolicyMeaning.Parse(policy)?["Statement"])
                .Where(statement => statement?["Effect"]?.ToString() == "Allow")
                .SelectMany(statement => PolicyMeaning.Many(statement!["Resource"]))
                .Select(resource => resource?.ToString() ?? ""),
        ];
        var others = granted.Where(resource => resource != workspaceArn && Workspace.IsArn(resource)).Distinct().ToArray();
        return (others is [var only] ? only : null, granted.Contains(workspaceArn));
    }

    private static string SentenceOf(RegistryItem item, string workspaceArn) => GrantDecider.WithoutGrant(item.Sentence) + GrantDecider.Revoked(workspaceArn);

    /// <summary>Name, tags and policy of the role, as far as they do not depend on the cluster's plan.</summary>
    private DesiredTrust RoleOf(ClusterReference cluster, RegistryItem item)
    {
        var name = IngestRole.Name(cluster, item.CreatedAt);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TrustTags.ClusterArn] = cluster.Arn,
            [TrustTags.CreatedAt] = item.CreatedAt.ToString(CultureInfo.InvariantCulture),
        };
        return new DesiredTrust
        {
            Side = CallSide.Hub,
            Issuer = item.Issuer ?? "",
            ProviderArn = null,
            RoleName = name,
            RolePath = settings.RolePath,
            RoleArn = IngestRole.Arn(cluster, name, settings),
            Description = "",
            BoundaryArn = settings.BoundaryArn,
            Subject = "",
            TrustPolicy = "",
            PolicyName = IngestRole.PolicyName,
            Policy = TrustPolicies.Denial,
            RoleTags = tags,
            ProviderTags = tags,
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Cluster}: {Kind} {Workspace}, {Change}")]
    private partial void Revoked(string cluster, RevocationKind kind, string? workspace, Change change);
}
