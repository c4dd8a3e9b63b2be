using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Registry;

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
public enum ClusterStanding
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

    public required ClusterStanding Standing { get; init; }

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
