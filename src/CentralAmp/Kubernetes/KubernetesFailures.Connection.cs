using System.Net.Sockets;
using System.Security.Authentication;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

public static partial class KubernetesFailures
{
    /// <summary>Maps a missing or incomplete answer: unknown name, unreachable, refused, wrong certificate, too slow, or interrupted.</summary>
    /// <param name="access">The access settings of the endpoint as EKS returns them; empty if unknown.</param>
    internal static WorkflowException OfConnection(Exception exception, string doing, Uri endpoint, string access) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => new BlockedException(
            Causes.EndpointCertificateWrong,
            $"While {doing}: {endpoint.Authority} does not present a certificate of the cluster's certificate authority.",
            "Find out which server answers there: a proxy that intercepts TLS, or a wrong address.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new BlockedException(
            Causes.EndpointNameUnknown,
            $"While {doing}: the name {endpoint.Host} does not resolve ({Innermost(exception)}){Access(access)}.",
            "Check whether the cluster was just deleted; else the DNS of the functions' network (VPC parameters) must resolve public names.",
            exception),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new BlockedException(
            Causes.EndpointRefused,
            $"While {doing}: {endpoint.Authority} refuses connections ({Innermost(exception)}){Access(access)}.",
            "A firewall or a proxy rejects the connection, or the name resolves to a wrong address: resolve it from the functions' network.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError } => new BlockedException(
            Causes.EndpointUnreachable,
            $"While {doing}: {endpoint.Authority} cannot be reached ({Innermost(exception)}){Access(access)}.",
            "If the endpoint is private or its CIDRs exclude the hub, attach the functions to a network that reaches it (VpcSubnetIds, VpcSecurityGroupIds); CentralAmp never widens an endpoint.",
            exception),
        // The connection is established: a timeout after that means a slow handshake or a slow answer.
        TimeoutException or OperationCanceledException => new TransientException(
            Causes.EndpointSlow,
            $"While {doing}: {endpoint.Authority} accepts connections, but {Innermost(exception)}.",
            "None if the error is transient; else check the load of the control plane, its admission webhooks, and proxies on the way.",
            exception),
        _ => Unavailable(exception, doing, $"the connection was interrupted ({Innermost(exception)})"),
    };

    /// <summary>An answer that a function could not hold. Whoever may create objects in the cluster, or answers for a pod, decides its length.</summary>
    public static BlockedException OfLongAnswer(string doing, string limit, Exception? inner = null) => new(
        Causes.KubernetesAnswerTooLong,
        $"While {doing}: the answer has more than {limit}.",
        "Find out what makes so many or so large objects, and remove them; CentralAmp reads no more than that.",
        inner);

    /// <summary>Maps an incomplete answer. The API server may have done the request: a retried step reads before it writes.</summary>
    internal static TransientException OfCutAnswer(Exception exception, string doing) => new(
        Causes.KubernetesAnswerCut,
        $"While {doing}: the answer was cut off ({Innermost(exception)}).",
        "None if the error is transient; else check proxies and firewalls between the functions and the cluster.",
        exception);

    private static string Access(string access) => access.Length == 0 ? "" : $"; endpoint access according to EKS: {access}";

    private static string Innermost(Exception exception) => exception is TimeoutException ? exception.Message : exception.GetBaseException().Message.TrimEnd('.');
}
