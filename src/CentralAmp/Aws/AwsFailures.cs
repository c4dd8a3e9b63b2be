using System.Diagnostics.CodeAnalysis;
using System.Net;
using Amazon.Runtime;
using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>Whose permissions a call was made with: tells the missing permission's owner.</summary>
public enum CallSide
{
    /// <summary>The function's own role in the hub account.</summary>
    Hub,

    /// <summary>CentralAmpMember in the cluster's account.</summary>
    Member,
}

/// <summary>The one place where AWS's error codes become a kind of failure with a cause.</summary>
/// <remarks>Used as <c>catch (Exception e) when (AwsFailures.TryMap(e, doing, side, out var failure)) { throw failure; }</c>.</remarks>
public static class AwsFailures
{
    /// <summary>False for an exception that this file does not know: a bug, or a failure of ours already.</summary>
    /// <param name="doing">What was being done, to what, where: "describing cluster 'x' in 123…/eu-west-1".</param>
    public static bool TryMap(Exception exception, string doing, CallSide side, [NotNullWhen(true)] out WorkflowException? failure)
    {
        failure = exception switch
        {
            WorkflowException => null,
            AmazonServiceException aws => OfAws(aws, doing, side),
            HttpRequestException or TimeoutException or AmazonClientException or IOException => Unreachable(exception, doing),
            // HttpClient reports its own timeout as a cancellation that wraps a TimeoutException.
            OperationCanceledException { InnerException: TimeoutException } => Unreachable(exception, doing),
            _ => null,
        };
        return failure is not null;
    }

    private static TransientException Unreachable(Exception exception, string doing) => new(
        Causes.ServiceUnavailable,
        $"While {doing}: no answer ({exception.Message}).",
        "None if it passes; else check the network of the function and the health of the service.",
        exception);

    private static bool IsServerError(HttpStatusCode status) => (int)status >= 500;

    private static readonly HashSet<string> Throttling = new(StringComparer.OrdinalIgnoreCase)
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "EC2ThrottledException",
    };

    private static readonly HashSet<string> UnavailableCodes = new(StringComparer.OrdinalIgnoreCase)
    {
        "InternalFailure", "InternalError", "InternalServerException", "InternalServerError", "ServerException", "ServiceUnavailable",
        "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "ServiceFailure", "IDPCommunicationError",
    };

    // Two writers at once; the loser repeats and then finds the work done.
    private static readonly HashSet<string> Contended = new(StringComparer.OrdinalIgnoreCase)
    {
        "ConcurrentModification", "ConcurrentModificationException", "ResourceInUseException", "ConflictException", "EntityTemporarilyUnmodifiable",
        "TransactionConflictException",
    };

    private static readonly HashSet<string> Quota = new(StringComparer.OrdinalIgnoreCase)
    {
        "LimitExceeded", "LimitExceededException", "ResourceLimitExceededException", "ServiceQuotaExceededException",
    };

    private static readonly HashSet<string> Denied = new(StringComparer.OrdinalIgnoreCase)
    {
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized",
    };

    // What a region that the account has not enabled answers, in whatever words its service has for a caller it cannot know.
    private static readonly HashSet<string> UnknownCaller = new(StringComparer.OrdinalIgnoreCase)
    {
        "UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "AuthFailure",
    };

    private static WorkflowException OfAws(AmazonServiceException e, string doing, CallSide side) => (e.ErrorCode ?? "") switch
    {
        _ when IsThrottling(e) => Throttled(e, doing),
        _ when IsDenial(e) => OfDenial(e, doing, side),
        var code when side == CallSide.Member && UnknownCaller.Contains(code) => new BlockedException(
            Causes.RegionDisabled,
            $"While {doing}: the region does not know the caller, as one that the account has not enabled ({e.Message}).",
            "Enable the region in the member account, or leave it out of the parameter Regions.",
            e),
        var code when Quota.Contains(code) => new BlockedException(
            Causes.QuotaReached,
            $"While {doing}: a quota is reached ({e.Message}).",
            "Raise the quota in Service Quotas or remove what is not needed, then execute again.",
            e),
        var code when Contended.Contains(code) => new TransientException(
            Causes.ServiceUnavailable,
            $"While {doing}: something else is changing the same resource ({e.Message}).",
            "None if it passes; else see what else manages this resource.",
            e),
        // No code and no status: the answer never came, or was not AWS's.
        var code when UnavailableCodes.Contains(code) || IsServerError(e.StatusCode) || (int)e.StatusCode == 0 => Unreachable(e, doing),
        var code => new BlockedException(
            Causes.Unexpected,
            $"While {doing}: AWS refused with {(code.Length == 0 ? "no code" : code)}, HTTP {(int)e.StatusCode} ({e.Message}).",
            "Read the message; if it is not about this cluster, report it as a bug.",
            e),
    };

    /// <summary>AWS knew who called and did not allow it.</summary>
    public static bool IsDenial(AmazonServiceException e) =>
        Denied.Contains(e.ErrorCode ?? "") || (e.StatusCode == HttpStatusCode.Forbidden && string.IsNullOrEmpty(e.ErrorCode));

    /// <summary>The denial is the organization's or a boundary's, not that of a missing permission.</summary>
    public static bool IsDeniedByGuardrail(AmazonServiceException e) => IsDeniedByOrganization(e) || IsDeniedByBoundary(e);

    // AWS's own wording: IAM User Guide, "Troubleshoot access denied error messages".
    private static bool IsDeniedByOrganization(AmazonServiceException e) => Says(e, "service control policy") || Says(e, "resource control policy");

    private static bool IsDeniedByBoundary(AmazonServiceException e) => Says(e, "permissions boundary");

    private static bool Says(AmazonServiceException e, string wording) => e.Message?.Contains(wording, StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsThrottling(AmazonServiceException e) =>
        Throttling.Contains(e.ErrorCode ?? "") || e.StatusCode == HttpStatusCode.TooManyRequests || e.Retryable?.Throttling == true;

    private static TransientException Throttled(AmazonServiceException e, string doing) => new(
        Causes.Throttled,
        $"While {doing}: throttled ({e.Message}).",
        "None if it passes; else lower MaxConcurrency or raise the API's quota.",
        e);

    /// <summary>A denial by policy of the organization, by boundary, and by a missing permission ask three different people for help.</summary>
    private static BlockedException OfDenial(AmazonServiceException e, string doing, CallSide side)
    {
        if (IsDeniedByOrganization(e))
        {
            return new BlockedException(
                Causes.DeniedByServiceControlPolicy,
                $"While {doing}: a policy of the organization denies it ({e.Message}).",
                "Ask the owner of the organization's policies for an exception for CentralAmp's roles.",
                e);
        }

        if (IsDeniedByBoundary(e))
        {
            return new BlockedException(
                Causes.DeniedByPermissionsBoundary,
                $"While {doing}: the permissions boundary of the role does not allow it ({e.Message}).",
                "Allow the action in the boundary, or give CentralAmp another boundary by parameter.",
                e);
        }

        return side == CallSide.Hub
            ? new BlockedException(
                Causes.HubPermissionMissing,
                $"While {doing}: the function's role is not allowed to ({e.Message}).",
                "Deploy the current template.yaml in the hub account.",
                e)
            : new BlockedException(
                Causes.MemberPermissionMissing,
                $"While {doing}: the member role is not allowed to ({e.Message}).",
                "Deploy the current src/MemberAccount/template.yaml in the member account.",
                e);
    }
}
