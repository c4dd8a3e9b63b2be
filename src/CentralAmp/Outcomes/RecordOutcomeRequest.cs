using System.Text.Json.Serialization;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Delivery;
using CentralAmp.Planning;
using CentralAmp.Trust;
using CentralAmp.Verification;

namespace CentralAmp.Outcomes;

/// <summary>All that the road got to know; what it did not reach is absent, even the cluster (bad input).</summary>
public sealed record RecordOutcomeRequest(ExecutionReference Execution)
{
    public ClusterReference? Cluster { get; init; }

    public ClusterDescription? Described { get; init; }

    /// <summary>Of a cluster that knew only its ConfigMap.</summary>
    public SwitchAuthenticationModeResult? Switching { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    public OnboardingPlan? Plan { get; init; }

    public EnsureTrustResult? Trust { get; init; }

    public DeliverRemoteWriteResult? Delivery { get; init; }

    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public VerifyIngestResult? Verification { get; init; }

    /// <summary>Of a cluster that moved to another workspace.</summary>
    public RemoveOldGrantResult? OldGrant { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>What could not be taken back afterwards: the elevation or the withdrawal. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}

/// <summary>What a Catch of the state machine holds, with its property names.</summary>
/// <param name="Error">Type name of the exception, or the platform's word, such as <c>States.Timeout</c>.</param>
/// <param name="Cause">Lambda's JSON of the error, or plain text; the Amazon States Language promises only <c>Error</c>.</param>
public sealed record CaughtFailure([property: JsonPropertyName("Error")] string? Error, [property: JsonPropertyName("Cause")] string? Cause = null);
