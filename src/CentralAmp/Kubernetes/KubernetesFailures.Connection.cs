using System.Net.Sockets;
using System.Security.Authentication;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

public static partial class KubernetesFailures
{
    /// <summary>No whole answer of a Kubernetes API: no such name, nobody there, nobody listening, someone else, too slow, or broken off.</summary>
    /// <param name="access">The cluster's settings of its endpoint as EKS describes them, empty where they are not known.</param>
    internal static WorkflowException OfConnection(Exception exception, string doing, Uri endpoint, string access) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => new BlockedException(
            Causes.EndpointCertificateWrong,
            $"While {doing}: {endpoint.Authority} does not present a certificate of the cluster's own authority.",
            "Find out what answers there: a proxy that breaks TLS open, or a wrong address.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new BlockedException(
            Causes.EndpointNameUnknown,
            $"While {doing}: the name {endpoint.Host} does not resolve ({Innermost(exception)}){Access(access)}.",
            "See whether the cluster was just deleted; else the DNS of the functions' network (VPC parameters) must resolve public names.",
            exception),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new BlockedException(
            Causes.EndpointRefused,
            $"While {doing}: {endpoint.Authority} refuses connections ({Innermost(exception)}){Access(access)}.",
            "Something on the way rejects (a firewall, a proxy), or the name leads to a wrong address: resolve it from the functions' network.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError } => new BlockedException(
            Causes.EndpointUnreachable,
            $"While {doing}: {endpoint.Authority} cannot be reached ({Innermost(exception)}){Access(access)}.",
            "If the endpoint is private or its CIDRs leave the hub out, attach the functions to a network that reaches it (VpcSubnetIds, VpcSecurityGroupIds); CentralAmp never widens an endpoint.",
            exception),
        // The connection was made: what is silent after that is slow, whether it is TLS or the answer.
        TimeoutException or OperationCanceledException => new TransientException(
            Causes.EndpointSlow,
            $"While {doing}: {endpoint.Authority} takes connections, but {Innermost(exception)}.",
            "None if it passes; else see the load of the control plane and its admission webhooks, or what stands between.",
            exception),
        _ => Unavailable(exception, doing, $"the connection broke off ({Innermost(exception)})"),
    };

    /// <summary>An answer that began and did not end. What it answered may have been done: every step looks before it writes.</summary>
    internal static TransientException OfCutAnswer(Exception exception, string doing) => new(
        Causes.KubernetesAnswerCut,
        $"While {doing}: the answer was cut off ({Innermost(exception)}).",
        "None if it passes; else see what stands between the functions and the cluster.",
        exception);

    private static string Access(string access) => access.Length == 0 ? "" : $"; EKS says of the endpoint: {access}";

    private static string Innermost(Exception exception) => exception is TimeoutException ? exception.Message : exception.GetBaseException().Message.TrimEnd('.');
}
