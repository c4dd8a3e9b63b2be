using CentralAmp.Access;
using CentralAmp.Delivery;
using CentralAmp.Outcomes;

namespace CentralAmp.Offboarding;

/// <summary>All that offboarding got to know; what it did not reach is absent, even the cluster (bad input).</summary>
public sealed record RecordOffboardingRequest(ExecutionReference Execution)
{
    public ResolveOffboardingResult? Resolved { get; init; }

    public CutAccessResult? Cut { get; init; }

    public EnsureClusterAccessResult? Access { get; init; }

    /// <summary>Of the last collector.</summary>
    public WithdrawRemoteWriteResult? Withdrawal { get; init; }

    public RemoveRbacResult? Rbac { get; init; }

    public RemoveClusterAccessResult? Entry { get; init; }

    public RemoveTrustResult? Removal { get; init; }

    public CaughtFailure? Failure { get; init; }

    /// <summary>The elevation, if it could not be taken back. Never hides <see cref="Failure"/>.</summary>
    public CaughtFailure? Leftover { get; init; }
}
