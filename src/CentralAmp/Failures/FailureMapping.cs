using System.Diagnostics.CodeAnalysis;
using System.Net;
using Amazon.Runtime;
using CentralAmp.Kubernetes;

namespace CentralAmp.Failures;

/// <summary>Whose permissions a call was made with: tells the missing permission's owner.</summary>
public enum CallSide
{
    /// <summary>The function's own role in the hub account.</summary>
    Hub,

    /// <summary>CentralAmpMember in the cluster's account.</summary>
    Member,
}

/// <summary>The one place where codes of AWS, Kubernetes and HTTP become a kind of failure with a cause.</summary>
/// <remarks>Used as <c>catch (Exception e) when (FailureMapping.TryMap(e, doing, side, out var failure)) { throw failure; }</c>.</remarks>
public static partial class FailureMapping
{
    /// <summary>False for an exception that this file does not know: a bug, or a failure of ours already.</summary>
    /// <param name="doing">What was being done, to what, where: "describing cluster 'x' in 123…/eu-west-1".</param>
    public static bool TryMap(Exception exception, string doing, CallSide side, [NotNullWhen(true)] out RoadException? failure)
    {
        failure = exception switch
        {
            RoadException => null,
            AmazonServiceException aws => OfAws(aws, doing, side),
            KubernetesException kubernetes => OfKubernetes(kubernetes, doing),
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
}
