using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <param name="Input">The execution's whole input, unchanged: an EventBridge event or a manual input.</param>
public sealed record ResolveOffboardingRequest(ExecutionReference Execution, JsonElement Input);

/// <summary>The next step after the cluster was described.</summary>
public enum OffboardingNext
{
    Offboard,

    /// <summary>EKS is deleting the cluster: the workflow waits until it is gone.</summary>
    Wait,

    /// <summary>There is no managed object, or the managed objects must stay.</summary>
    Nothing,
}

/// <summary>Whether this cluster (ARN and createdAt) still exists.</summary>
public enum ClusterPresence
{
    Gone,

    /// <summary>Includes a cluster that CentralAmp cannot describe: denied, unlisted or unreachable never means gone.</summary>
    Living,
}

/// <summary>The input of all later states.</summary>
public sealed record ResolveOffboardingResult
{
    public required OffboardingNext Next { get; init; }

    /// <summary>The reason for <see cref="Next"/>.</summary>
    public required string Sentence { get; init; }

    /// <summary>Seconds until the cluster is described again; 0 unless <see cref="Next"/> is Wait.</summary>
    public int WaitSeconds { get; init; }

    public required ClusterReference Cluster { get; init; }

    public required OffboardingReason Reason { get; init; }

    // The JSON key keeps its older name: executions that run while a new version is deployed read it.
    [JsonPropertyName("standing")]
    public required ClusterPresence Presence { get; init; }

    /// <summary>Only the createdAt if the cluster is gone or cannot be connected to.</summary>
    public required ClusterDescription Described { get; init; }

    /// <summary>Why CentralAmp cannot connect to a living cluster, as a <see cref="Failures.FailureMessage"/>. Then the offboarding only cuts its access.</summary>
    public string? Unreached { get; init; }

    /// <summary>The recorded trust; empty if the registry has no item of the cluster.</summary>
    public RegisteredTrust Registered { get; init; } = new();
}

/// <summary>A cluster's trust as the registry records it. Null is absent.</summary>
public sealed record RegisteredTrust
{
    public string? TrustMode { get; init; }

    public string? Issuer { get; init; }

    public string? WorkspaceArn { get; init; }

    public string? CollectorRoleArn { get; init; }

    public string? Delivery { get; init; }

    public string? RoleArn { get; init; }

    /// <summary>What CentralAmp made and changed in the cluster.</summary>
    public ClusterFacts? Facts { get; init; }

    public static RegisteredTrust Of(RegistryItem? item) => new()
    {
        TrustMode = item?.TrustMode,
        Issuer = item?.Issuer,
        WorkspaceArn = item?.WorkspaceArn,
        CollectorRoleArn = item?.CollectorRoleArn,
        Delivery = item?.Delivery,
        RoleArn = item?.RoleArn,
        Facts = item?.Facts,
    };
}

/// <summary>Validates the input, describes the cluster once, and closes it to onboarding. The state machine does the polling.</summary>
public sealed partial class ResolveOffboardingStep(
    IClusterReader clusters,
    IAccessEntries entries,
    Elevation elevation,
    ClusterRegistry registry,
    HubSettings settings,
    TimeProvider time,
    ILogger<ResolveOffboardingStep> logger)
{
    /// <summary>So many executions of one cluster may take its claim at the same moment before this one tries again later.</summary>
    private const int Rounds = 5;

    public async Task<ResolveOffboardingResult> RunAsync(ResolveOffboardingRequest request, CancellationToken cancellationToken)
    {
        var input = OffboardingInput.Read(request.Input);
        for (var round = 0; round < Rounds; round++)
        {
            if (await LookAsync(input, request.Execution, cancellationToken) is { } resolved)
            {
                return resolved;
            }
        }

        throw new NotReadyException(Causes.TakenOver, $"Several executions of {input.Cluster} start at the same time.", "None: this one tries again.");
    }

    /// <returns>Null if another execution has looked at the cluster meanwhile: it may know more, so this one must look again.</returns>
    private async Task<ResolveOffboardingResult?> LookAsync(OffboardingInput input, ExecutionReference execution, CancellationToken cancellationToken)
    {
        // Before EKS is asked: who claims later has looked later.
        var items = await registry.OfClusterAsync(input.Cluster.Arn, cancellationToken);
        var (observed, unreached) = await FindClusterAsync(input.Cluster, execution, cancellationToken);
        var resolved = OffboardingTarget.Decide(
            new OffboardingObservation(input, observed, unreached, items, time.GetUtcNow() - execution.StartedAt, settings)
            {
                RequestedAt = execution.StartedAt,
                EntryIsBack = await IsEntryBackAsync(input.Cluster, observed, items, execution, cancellationToken),
            });
        var item = items.FirstOrDefault(item => item.CreatedAt == resolved.Described.CreatedAt)
            ?? new RegistryItem { ClusterArn = resolved.Cluster.Arn, CreatedAt = resolved.Described.CreatedAt };
        if (resolved.Next != OffboardingNext.Nothing && !await CloseAsync(resolved, item, execution, isRequest: input.Reason == OffboardingReason.Manual, cancellationToken))
        {
            return null;
        }

        if (resolved is { Next: OffboardingNext.Nothing, Reason: OffboardingReason.Manual } && item.IsTombstone)
        {
            await registry.NoteRequestAsync(item, execution, cancellationToken);
        }

        if (observed is { CanBeElevated: true } && resolved.Presence == ClusterPresence.Living)
        {
            await elevation.EndAsync(input.Cluster, observed.CreatedAt, execution, cancellationToken);
        }

        Resolved(input.Cluster.Arn, resolved.Described.CreatedAt, resolved.Next, resolved.Presence, resolved.Sentence);
        return resolved;
    }

    private async Task<(ObservedCluster? Observed, BlockedException? Unreached)> FindClusterAsync(
        ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        try
        {
            return (await clusters.FindAsync(cluster, execution, cancellationToken), null);
        }
        catch (BlockedException unreached)
        {
            return (null, unreached);
        }
    }

    private async Task<bool> IsEntryBackAsync(
        ClusterReference cluster,
        ObservedCluster? observed,
        IReadOnlyList<RegistryItem> items,
        ExecutionReference execution,
        CancellationToken cancellationToken) =>
        observed is { CanBeElevated: true }
        && items.Any(item => item.IsTombstone && item.CreatedAt == observed.CreatedAt)
        && await entries.FindAsync(cluster, execution, cancellationToken) is { } entry
        && AccessEntryDecision.IsManaged(cluster, entry);

    /// <summary>From here on no event onboards the cluster again, and no other execution writes for it.</summary>
    /// <returns>False if another execution has taken the claim since the items were read.</returns>
    private async Task<bool> CloseAsync(
        ResolveOffboardingResult resolved, RegistryItem item, ExecutionReference execution, bool isRequest, CancellationToken cancellationToken)
    {
        if (!await registry.TakeClaimAsync(item, execution, closes: true, cancellationToken, isRequest))
        {
            return false;
        }

        return item.IsTombstone
            || (item.State == Outcome.Offboarding && item.ExecutionId == execution.Id)
            || await registry.RecordAsync(
                new RegistryItem
                {
                    ClusterArn = item.ClusterArn,
                    CreatedAt = item.CreatedAt,
                    State = Outcome.Offboarding,
                    Reason = resolved.Reason,
                    Sentence = resolved.Sentence,
                },
                execution,
                cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Cluster} of {CreatedAt}: {Next}, {Presence}. {Sentence}")]
    private partial void Resolved(string cluster, long createdAt, OffboardingNext next, ClusterPresence presence, string sentence);
}
