using CentralAmp.Access;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Trust;

/// <summary>Provider, ingest role and its one permission; then says whether the writing RBAC is there.</summary>
public sealed partial class EnsureTrustStep(
    ITrustStore store, IKubernetesClients clusters, ClusterRegistry registry, HubSettings settings, ILogger<EnsureTrustStep> logger)
{
    /// <summary>Every lost race means that another execution brought the same trust nearer; three in a row mean that IAM has not settled.</summary>
    private const int Rounds = 3;

    public async Task<EnsureTrustResult> RunAsync(EnsureTrustRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredTrust.For(request.Cluster, request.Described, request.Plan, collector, settings);
        var (change, notice) = await EnsureAsync(request, desired, cancellationToken);

        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var writing = await RbacRules.CheckAsync(kubernetes, RbacRules.Writing(collector), cancellationToken);
        Ensured(desired.RoleArn, request.Cluster.Arn, change, writing);
        return new EnsureTrustResult(change, desired.RoleArn, desired.ProviderArn, writing, notice);
    }

    private async Task<(Change Change, string? Notice)> EnsureAsync(EnsureTrustRequest request, DesiredTrust desired, CancellationToken cancellationToken)
    {
        var (change, notice) = (Change.Unchanged, (string?)null);
        for (var round = 0; round < Rounds; round++)
        {
            var observed = await store.GatherAsync(desired, cancellationToken);
            var (actions, refusal) = TrustDecider.Decide(desired, observed);
            if (refusal is not null)
            {
                throw refusal.ToException();
            }

            if (actions.Count == 0)
            {
                return (change, notice);
            }

            await RefuseTombstoneAsync(request, cancellationToken);
            var done = await ActAsync(actions, desired, cancellationToken);
            change = done.Contains(TrustAction.CreateRole) ? Change.Created : done.Count > 0 && change == Change.Unchanged ? Change.Updated : change;
            if (done.Contains(TrustAction.CreateProvider))
            {
                notice = TrustDecider.NoticeOf(await store.CountProvidersAsync(cancellationToken));
            }

            if (done.Count == actions.Count)
            {
                return (change, notice);
            }
        }

        throw new NotReadyException(
            Causes.TrustNotEffective,
            $"Making {desired.RoleArn} for {request.Cluster}: IAM says that it is there and that it is not.",
            "None if it passes: IAM settles within seconds, or another execution is at work.");
    }

    /// <returns>The actions that were done; it stops at the first that another execution was faster with.</returns>
    private async Task<IReadOnlyList<TrustAction>> ActAsync(IReadOnlyList<TrustAction> actions, DesiredTrust desired, CancellationToken cancellationToken)
    {
        var done = new List<TrustAction>();
        foreach (var action in actions)
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
        if (await registry.FindAsync(request.Cluster.Arn, request.Described.CreatedAt, cancellationToken) is { IsTombstone: true })
        {
            throw new BlockedException(
                Causes.ClusterDeleting,
                $"The registry says that {request.Cluster} was offboarded.",
                "None if the cluster is gone; else delete its item from the registry and execute again.");
        }
    }

    [LoggerMessage(LogLevel.Information, "Trust of {Cluster}: {Role} {Change}, writing RBAC {Writing}")]
    private partial void Ensured(string role, string cluster, Change change, RbacAccess writing);

    [LoggerMessage(LogLevel.Information, "{Action} for {Role}")]
    private partial void Acted(TrustAction action, string role);
}
