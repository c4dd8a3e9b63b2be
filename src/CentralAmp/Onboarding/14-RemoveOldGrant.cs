using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Plan">Absent with a revocation, as are the other results of earlier states.</param>
/// <param name="Revocation">A grant goes whatever the cluster does.</param>
public sealed record RemoveOldGrantRequest(
    ExecutionReference Execution,
    ClusterReference? Cluster = null,
    ClusterDescription? Described = null,
    OnboardingPlan? Plan = null,
    EnsureTrustResult? Trust = null,
    Revocation? Revocation = null);

/// <summary>The ingest role may write to the planned workspace only, and its tag names that workspace.</summary>
/// <param name="RevokedWorkspaceArn">The workspace of the revocation; otherwise null.</param>
public sealed record RemoveOldGrantResult(Change Change, string? RevokedWorkspaceArn = null);

/// <summary>Removes the grant for the former workspace: after samples have arrived in the new one, or whatever the cluster does.</summary>
public sealed partial class RemoveOldGrantStep(
    ITrustStores stores, GrantRevocation revocations, ClusterRegistry registry, HubSettings settings, ILogger<RemoveOldGrantStep> logger)
{
    /// <summary>The only actions that this step takes; the next onboarding repairs other differences.</summary>
    /// <remarks>The tag first: if the function dies in between, the next onboarding finds no move and narrows the policy itself.</remarks>
    private static readonly TrustAction[] Narrowing = [TrustAction.TagRole, TrustAction.PutPolicy];

    public async Task<RemoveOldGrantResult> RunAsync(RemoveOldGrantRequest request, CancellationToken cancellationToken) => request.Revocation is { } revocation
        ? new RemoveOldGrantResult(await revocations.RevokeAsync(revocation, request.Execution, cancellationToken), revocation.WorkspaceArn)
        : new RemoveOldGrantResult(await NarrowAsync(request, cancellationToken));

    private async Task<Change> NarrowAsync(RemoveOldGrantRequest request, CancellationToken cancellationToken)
    {
        // Without the provider: this step does not check the trust policy.
        var desired = ClusterTrust.For(request.Cluster!, request.Described!, request.Plan!.PlannedTrust(), settings).Hub with { ProviderArn = null };
        var observed = await stores.Hub.ObserveAsync(desired, cancellationToken);
        var (actions, refusal) = TrustDecider.Decide(desired, observed);
        if (refusal is not null)
        {
            throw refusal.ToException();
        }

        // The plan may be older than a re-route that another execution has done since.
        await registry.RequireClaimAsync(request.Cluster!, request.Described!.CreatedAt, request.Execution, cancellationToken);
        var change = Change.Unchanged;
        foreach (var action in Narrowing.Where(action => observed.Role is not null && actions.Contains(action)))
        {
            if (await stores.Hub.ActAsync(action, desired, cancellationToken))
            {
                Acted(action, desired.RoleArn);
                change = Change.Updated;
            }
        }

        Removed(request.Cluster!.Arn, request.Trust?.PreviousWorkspaceArn, change);
        return change;
    }

    [LoggerMessage(LogLevel.Information, "{Action} for {Role}")]
    private partial void Acted(TrustAction action, string role);

    [LoggerMessage(LogLevel.Information, "{Cluster} may no longer write to {Workspace}: {Change}")]
    private partial void Removed(string cluster, string? workspace, Change change);
}
