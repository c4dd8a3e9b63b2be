using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Offboarding;

/// <param name="Input">The whole input of the execution, as it came.</param>
public sealed record ResolveOffboardingRequest(ExecutionReference Execution, JsonElement Input);

/// <summary>Where offboarding goes after the look at the cluster.</summary>
public enum OffboardingNext
{
    Offboard,

    /// <summary>It is being deleted: only when it is gone may everything go at once.</summary>
    Wait,

    /// <summary>Nothing of ours is there, or what there is must stay.</summary>
    Nothing,
}

/// <summary>Whether the very cluster (ARN and createdAt) is still there.</summary>
public enum ClusterPresence
{
    Gone,

    /// <summary>Also one that cannot be looked at: denied, unlisted or unreachable never means gone.</summary>
    Living,
}

/// <summary>What later states need to know.</summary>
public sealed record ResolveOffboardingResult
{
    public required OffboardingNext Next { get; init; }

    /// <summary>Why it goes there.</summary>
    public required string Sentence { get; init; }

    /// <summary>Seconds until the next look; 0 unless <see cref="Next"/> is Wait.</summary>
    public int WaitSeconds { get; init; }

    public required ClusterReference Cluster { get; init; }

    public required OffboardingReason Reason { get; init; }

    [JsonPropertyName("standing")]
    public required ClusterPresence Presence { get; init; }

    /// <summary>Of a cluster that is gone or cannot be entered no more than its createdAt.</summary>
    public required ClusterDescription Described { get; init; }

    /// <summary>Why a living cluster cannot be entered, in the form of <see cref="Failures.FailureMessage"/>: its access is cut, and no more.</summary>
    public string? Unreached { get; init; }

    /// <summary>What the registry knows of its trust; all absent if the registry lost it.</summary>
    public RegisteredTrust Registered { get; init; } = new();
}

/// <summary>The registry's word on a cluster's trust. Absent is null.</summary>
public sealed record RegisteredTrust
{
    public string? TrustMode { get; init; }

    public string? Issuer { get; init; }

    public string? WorkspaceArn { get; init; }

    public string? CollectorRoleArn { get; init; }

    public static RegisteredTrust Of(RegistryItem? item) => new()
    {
        TrustMode = item?.TrustMode,
        Issuer = item?.Issuer,
        WorkspaceArn = item?.WorkspaceArn,
        CollectorRoleArn = item?.CollectorRoleArn,
    };
}

/// <summary>Validates the input, looks at the cluster once, and closes it to onboarding. The state machine does the polling.</summary>
public sealed partial class ResolveOffboardingStep(
    IClusterReader clusters,
    IAccessEntries entries,
    Elevation elevation,
    ClusterRegistry registry,
    HubSettings settings,
    TimeProvider time,
    ILogger<ResolveOffboardingStep> logger)
{
    public async Task<ResolveOffboardingResult> RunAsync(ResolveOffboardingRequest request, CancellationToken cancellationToken)
    {
        var input = OffboardingInput.Read(request.Input);
        var (observed, unreached) = await LookAsync(input.Cluster, request.Execution, cancellationToken);
        var items = await registry.OfClusterAsync(input.Cluster.Arn, cancellationToken);
        var resolved = OffboardingTarget.Decide(
            new OffboardingObservation(input, observed, unreached, items, time.GetUtcNow() - request.Execution.StartedAt, settings)
            {
                EntryIsBack = await IsEntryBackAsync(input.Cluster, observed, items, request.Execution, cancellationToken),
            });
        if (resolved.Next != OffboardingNext.Nothing)
        {
            await CloseAsync(resolved, items, request.Execution, cancellationToken);
        }

        if (observed is { CanBeElevated: true } && resolved.Presence == ClusterPresence.Living)
        {
            await elevation.EndAsync(input.Cluster, observed.CreatedAt, request.Execution, cancellationToken);
        }

        Resolved(input.Cluster.Arn, resolved.Described.CreatedAt, resolved.Next, resolved.Presence, resolved.Sentence);
        return resolved;
    }

    private async Task<(ObservedCluster? Observed, BlockedException? Unreached)> LookAsync(
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

    /// <summary>From here on no event brings it back, and no execution that began earlier makes trust again.</summary>
    private async Task CloseAsync(
        ResolveOffboardingResult resolved, IReadOnlyList<RegistryItem> items, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var createdAt = resolved.Described.CreatedAt;
        if (items.Any(item => item.CreatedAt == createdAt && (item.IsTombstone || (item.State == Outcome.Offboarding && item.ExecutionId == execution.Id))))
        {
            return;
        }

        await registry.RecordAsync(
            new RegistryItem
            {
                ClusterArn = resolved.Cluster.Arn,
                CreatedAt = createdAt,
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
