using CentralAmp.Access;
using CentralAmp.Deliveries;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record PlanOffboardingRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

/// <summary>The next step after the collectors were observed.</summary>
public enum OffboardingPlanNext
{
    /// <summary>One collector carries managed configuration. After its withdrawal the collectors are observed again.</summary>
    Withdraw,

    /// <summary>No collector carries managed configuration.</summary>
    Clear,
}

/// <summary>The input of WithdrawRemoteWrite in onboarding's format; absent with Clear.</summary>
public sealed record PlanOffboardingResult
{
    public required OffboardingPlanNext Next { get; init; }

    public OnboardingPlan? Withdraw { get; init; }

    public EnsureTrustResult? Trust { get; init; }

    /// <summary>Whether the RBAC for writing that collector is installed; if it is Missing, an elevation follows.</summary>
    public RbacAccess Writing { get; init; }

    /// <summary>The subjects that the cluster's role trusts, which name the collector where the registry does not.</summary>
    public string[]? Trusted { get; init; }
}

/// <summary>Finds the next collector that carries managed configuration.</summary>
public sealed partial class PlanOffboardingStep(
    IKubernetesClients clusters, ITrustStores trust, HubSettings settings, ILogger<PlanOffboardingStep> logger)
{
    public async Task<PlanOffboardingResult> RunAsync(PlanOffboardingRequest request, CancellationToken cancellationToken)
    {
        var resolved = request.Resolved;
        var trusted = await ProvenSubjects.ReadAsync(trust, resolved.Cluster, resolved.Described, settings, request.Execution, cancellationToken);
        var record = new OffboardingRecord(resolved.Registered, trusted);
        using var kubernetes = await clusters.ConnectAsync(resolved.Cluster, resolved.Described, request.Execution, cancellationToken);
        var (next, refusal) = WithdrawalPlan.Next(
            await ManagedCollectors.ObserveAsync(kubernetes, WithdrawalPlan.RolesOf(resolved, settings), record, cancellationToken));
        if (refusal is not null)
        {
            throw refusal.ToException();
        }

        if (next is null)
        {
            NoneFound(resolved.Cluster.Arn);
            return new PlanOffboardingResult { Next = OffboardingPlanNext.Clear, Trusted = [.. trusted] };
        }

        Found(resolved.Cluster.Arn, next.Prometheus.Namespace, next.Prometheus.Name);
        var plan = WithdrawalPlan.Of(resolved, next, settings);
        return new PlanOffboardingResult
        {
            Next = OffboardingPlanNext.Withdraw,
            Withdraw = plan,
            Trusted = [.. trusted],
            Trust = WithdrawalPlan.TrustOf(resolved, settings),
            Writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(plan), cancellationToken),
        };
    }

    [LoggerMessage(LogLevel.Information, "{Cluster}: no collector carries configuration that CentralAmp manages")]
    private partial void NoneFound(string cluster);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Namespace}/{Name} carries configuration that CentralAmp manages")]
    private partial void Found(string cluster, string @namespace, string name);
}
