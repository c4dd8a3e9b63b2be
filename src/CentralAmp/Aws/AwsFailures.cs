using System.Diagnostics.CodeAnalysis;
using System.Net;
using Amazon.Runtime;
using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>The role that made a call; decides which template lacks a missing permission.</summary>
public enum CallSide
{
    /// <summary>The role of the function in the hub account.</summary>
    Hub,

    /// <summary>CentralAmpMember in the cluster's account.</summary>
    Member,
}

/// <summary>Maps the error codes of AWS to kinds of failures with a cause.</summary>
/// <remarks>Used as <c>catch (Exception e) when (AwsFailures.TryMap(e, doing, side, out var failure)) { throw failure; }</c>.</remarks>
public static class AwsFailures
{
    /// <summary>False for an unknown exception (a bug) and for a <see cref="WorkflowException"/>, which is mapped already.</summary>
    /// <param name="doing">The action, its object and the place: "describing cluster 'x' in 123…/eu-west-1".</param>
    public static bool TryMap(Exception exception, string doing, CallSide side, [NotNullWhen(true)] out WorkflowException? failure)
    {
        failure = exception switch
        {
            WorkflowException => null,
            AmazonServiceException aws => OfAws(aws, doing, side),
            HttpRequestException or TimeoutException or AmazonClientException or IOException => Unreachable(exception, doing),
            // HttpClient reports a timeout as a cancellation that wraps a TimeoutException.
            OperationCanceledException { InnerException: TimeoutException } => Unreachable(exception, doing),
            _ => null,
        };
        return failure is not null;
    }

    private static TransientException Unreachable(Exception exception, string doing) => new(
        Causes.ServiceUnavailable,
        $"While {doing}: no answer ({exception.Message}).",
        "None if the error is transient; else check the network of the function and the health of the service.",
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

    // Two concurrent writers: the second one retries and then finds the work done.
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

    // Codes of the services for the credentials of an account that has not enabled the region.
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
            $"While {doing}: the region rejects the credentials, as it does if the account has not enabled it ({e.Message}).",
            "Enable the region in the member account, or remove it from the parameter Regions.",
            e),
        var code when Quota.Contains(code) => new BlockedException(
            Causes.QuotaReached,
            $"While {doing}: a quota is reached ({e.Message}).",
            "Raise the quota in Service Quotas or remove unused resources, then execute again.",
            e),
        var code when Contended.Contains(code) => new TransientException(
            Causes.ServiceUnavailable,
            $"While {doing}: another caller is changing the same resource ({e.Message}).",
            "None if the error is transient; else find the other manager of this resource.",
            e),
        // No code and no status: no answer arrived, or it was not from AWS.
        var code when UnavailableCodes.Contains(code) || IsServerError(e.StatusCode) || (int)e.StatusCode == 0 => Unreachable(e, doing),
        var code => new BlockedException(
            Causes.Unexpected,
            $"While {doing}: AWS refused with {(code.Length == 0 ? "no code" : code)}, HTTP {(int)e.StatusCode} ({e.Message}).",
            "Read the message of AWS; if the error does not concern this cluster, report it as a bug.",
            e),
    };

    /// <summary>AWS authenticated the caller and denied the call.</summary>
    public static bool IsDenial(AmazonServiceException e) =>
        Denied.Contains(e.ErrorCode ?? "") || (e.StatusCode == HttpStatusCode.Forbidden && string.IsNullOrEmpty(e.ErrorCode));

    /// <summary>A policy of the organization or a permissions boundary denied the call, and not a missing permission.</summary>
    public static bool IsDeniedByGuardrail(AmazonServiceException e) => IsDeniedByOrganization(e) || IsDeniedByBoundary(e);

    // The wording of AWS: IAM User Guide, "Troubleshoot access denied error messages".
    private static bool IsDeniedByOrganization(AmazonServiceException e) => MessageContains(e, "service control policy") || MessageContains(e, "resource control policy");

    private static bool IsDeniedByBoundary(AmazonServiceException e) => MessageContains(e, "permissions boundary");

    private static bool MessageContains(AmazonServiceException e, string wording) => e.Message?.Contains(wording, StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsThrottling(AmazonServiceException e) =>
        Throttling.Contains(e.ErrorCode ?? "") || e.StatusCode == HttpStatusCode.TooManyRequests || e.Retryable?.Throttling == true;

    private static TransientException Throttled(AmazonServiceException e, string doing) => new(
        Causes.Throttled,
        $"While {doing}: throttled ({e.Message}).",
        "None if the error is transient; else lower MaxConcurrency or raise the API's quota.",
        e);

    /// <summary>Distinguishes denials by a policy of the organization, by a boundary, and for want of a permission: each needs another operator.</summary>
    private static BlockedException OfDenial(AmazonServiceException e, string doing, CallSide side)
    {
        if (IsDeniedByOrganization(e))
        {
            return new BlockedException(
                Causes.DeniedByServiceControlPolicy,
                $"While {doing}: a policy of the organization denies the call ({e.Message}).",
                "Ask the owner of the organization's policies for an exception for CentralAmp's roles.",
                e);
        }

        if (IsDeniedByBoundary(e))
        {
            return new BlockedException(
                Causes.DeniedByPermissionsBoundary,
                $"While {doing}: the permissions boundary of the role does not allow the call ({e.Message}).",
                "Allow the action in the boundary, or give CentralAmp another boundary by parameter.",
                e);
        }

        return side == CallSide.Hub
            ? new BlockedException(
                Causes.HubPermissionMissing,
                $"While {doing}: the role of the function lacks a permission ({e.Message}).",
                "Deploy the current template.yaml in the hub account.",
                e)
            : new BlockedException(
                Causes.MemberPermissionMissing,
                $"While {doing}: the member role lacks a permission ({e.Message}).",
                "Deploy the current src/MemberAccount/template.yaml in the member account.",
                e);
    }
}
