using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record RemoveTrustRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

/// <param name="KeptProviderArn">A managed provider that stays, because other workloads of the living cluster may use it.</param>
public sealed record RemoveTrustResult(Change Change, string? KeptProviderArn = null);

/// <summary>Removes the roles and the provider in both accounts.</summary>
public sealed partial class RemoveTrustStep(IamIssuedTrust trust, ClusterRegistry registry, HubSettings settings, ILogger<RemoveTrustStep> logger)
{
    public async Task<RemoveTrustResult> RunAsync(RemoveTrustRequest request, CancellationToken cancellationToken)
    {
        var observation = await IssuedTrustObserver.ObserveAsync(trust, request, settings, cancellationToken);
        var change = Change.Unchanged;
        foreach (var (kind, name, account) in TrustRemoval.Decide(observation))
        {
            // Before each one, because IAM knows no condition: whoever takes over meanwhile makes the role again.
            await registry.RequireClaimAsync(request.Resolved.Cluster, request.Resolved.Described.CreatedAt, request.Execution, cancellationToken);
            var done = kind == TrustRemovalKind.Provider
                ? await trust.DeleteProviderAsync(account, name, cancellationToken)
                : await trust.DeleteRoleAsync(account, name, cancellationToken);
            Removed(kind, name, account, done);
            change = done ? Change.Updated : change;
        }

        return new RemoveTrustResult(change, TrustRemoval.KeptProvider(observation));
    }

    [LoggerMessage(LogLevel.Information, "{Kind} {Name} of {Account} removed: {Done}")]
    private partial void Removed(TrustRemovalKind kind, string name, TrustAccount account, bool done);
}
