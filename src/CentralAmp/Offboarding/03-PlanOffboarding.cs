using CentralAmp.Access;
using CentralAmp.Deliveries;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

public sealed record PlanOffboardingRequest(ExecutionReference Execution, ResolveOffboardingResult Resolved);

/// <summary>Where offboarding goes after the look into the cluster.</summary>
public enum OffboardingPlanNext
{
    /// <summary>One collector has something of ours; after it, the next look.</summary>
    Withdraw,

    /// <summary>No collector has.</summary>
    Clear,
}

/// <summary>What WithdrawRemoteWrite needs, in the shape that onboarding gives it; absent with Clear.</summary>
public sealed record PlanOffboardingResult
{
    public required OffboardingPlanNext Next { get; init; }

    public OnboardingPlan? Withdraw { get; init; }

    public EnsureTrustResult? Trust { get; init; }

    /// <summary>Whether the RBAC that lets us write that collector is in place; Missing asks for an elevation.</summary>
    public RbacAccess Writing { get; init; }
}

/// <summary>Finds what of ours the cluster's collectors have, one after the other.</summary>
public sealed partial class PlanOffboardingStep(IKubernetesClients clusters, HubSettings settings, ILogger<PlanOffboardingStep> logger)
{
    public async Task<PlanOffboardingResult> RunAsync(PlanOffboardingRequest request, CancellationToken cancellationToken)
    {
        var resolved = request.Resolved;
        using var kubernetes = await clusters.ConnectAsync(resolved.Cluster, resolved.Described, request.Execution, cancellationToken);
        var (next, refusal) = WithdrawalPlan.Next(
            await TouchedCollectors.ObserveAsync(kubernetes, WithdrawalPlan.RolesOf(resolved, settings), cancellationToken));
        if (refusal is not null)
        {
            throw refusal.ToException();
        }

        if (next is null)
        {
            NothingLeft(resolved.Cluster.Arn);
            return new PlanOffboardingResult { Next = OffboardingPlanNext.Clear };
        }

        Found(resolved.Cluster.Arn, next.Prometheus.Namespace, next.Prometheus.Name);
        var plan = WithdrawalPlan.Of(resolved, next, settings);
        return new PlanOffboardingResult
        {
            Next = OffboardingPlanNext.Withdraw,
            Withdraw = plan,
            Trust = WithdrawalPlan.TrustOf(resolved, settings),
            Writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(plan), cancellationToken),
        };
    }

    [LoggerMessage(LogLevel.Information, "{Cluster}: no collector has anything of ours")]
    private partial void NothingLeft(string cluster);

    [LoggerMessage(LogLevel.Information, "{Cluster}: {Namespace}/{Name} has something of ours")]
    private partial void Found(string cluster, string @namespace, string name);
}
