using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record RemoveTrustRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

/// <param name="KeptProviderArn">A provider of ours that stays, because other workloads of the living cluster may rely on it by now.</param>
public sealed record RemoveTrustResult(Change Change, string? KeptProviderArn = null);

/// <summary>Takes roles and provider back, in both accounts.</summary>
public sealed partial class RemoveTrustStep(IIssuedTrust trust, HubSettings settings, ILogger<RemoveTrustStep> logger)
{
    public async Task<RemoveTrustResult> RunAsync(RemoveTrustRequest request, CancellationToken cancellationToken)
    {
        var facts = await IssuedTrustObserver.ObserveAsync(trust, request, settings, cancellationToken);
        var change = Change.Unchanged;
        foreach (var (kind, name, account) in TrustRemoval.Decide(facts))
        {
            var done = kind == TrustRemovalKind.Provider
                ? await trust.DeleteProviderAsync(account, name, cancellationToken)
                : await trust.DeleteRoleAsync(account, name, cancellationToken);
            Removed(kind, name, account, done);
            change = done ? Change.Updated : change;
        }

        return new RemoveTrustResult(change, TrustRemoval.KeptProvider(facts));
    }

    [LoggerMessage(LogLevel.Information, "{Kind} {Name} of {Account} removed: {Done}")]
    private partial void Removed(TrustRemovalKind kind, string name, TrustAccount account, bool done);
}
