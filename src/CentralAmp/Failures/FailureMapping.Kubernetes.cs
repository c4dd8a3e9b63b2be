using System.Security.Authentication;
using CentralAmp.Kubernetes;

namespace CentralAmp.Failures;

public static partial class FailureMapping
{
    private static RoadException OfKubernetes(KubernetesException e, string doing) => e.Status switch
    {
        // EKS and RBAC need seconds to know a new entry, association or binding: both are looked at again before a person is asked.
        401 => new NotReadyException(
            Causes.KubernetesUnauthorized,
            $"While {doing}: the cluster does not know who CentralAmp is ({e.Message}).",
            "See that the access entry of CentralAmpMember exists and that the role was not recreated since; delete the entry and execute again.",
            e),
        403 => new NotReadyException(
            Causes.KubernetesForbidden,
            $"While {doing}: the cluster's RBAC does not allow it ({e.Message}).",
            "Execute again, which restores CentralAmp's RBAC; if it happens again, see what removes it.",
            e),
        // Gone between reading and writing, or a list that expired: the next attempt reads again.
        404 or 410 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it is not there any more ({e.Message}).", "Execute again.", e),
        409 when e.IsManagerConflict => new BlockedException(
            Causes.KubernetesConflict,
            $"While {doing}: another manager owns the field ({e.Message}).",
            "Remove the field at its source (Helm values, Git), or leave the object to CentralAmp.",
            e),
        409 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it changed meanwhile ({e.Message}).", "None if it passes.", e),
        408 or 429 => new TransientException(
            Causes.Throttled,
            $"While {doing}: the Kubernetes API asks to come back{(e.RetryAfter is { } wait ? $" in {wait.TotalSeconds:0} s" : " later")} ({e.Message}).",
            "None if it passes; else see the cluster's API priority and fairness.",
            e),
        >= 500 => Unavailable(e, doing, $"the Kubernetes API answered {e.Status} ({e.Message})"),
        _ => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the Kubernetes API rejected the request with {e.Status} ({e.Message}).",
            "Read the field in the message; an admission policy or an old CRD refuses it.",
            e),
    };

    /// <summary>No answer of a Kubernetes API: it cannot be reached, is not who it should be, or broke off.</summary>
    internal static RoadException OfConnection(Exception exception, string doing, Uri endpoint) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => new BlockedException(
            Causes.EndpointCertificateWrong,
            $"While {doing}: {endpoint.Authority} does not present a certificate of the cluster's own authority.",
            "Find out what answers there: a proxy that breaks TLS open, or a wrong address.",
            exception),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError }
            or OperationCanceledException => new BlockedException(
            Causes.EndpointUnreachable,
            $"While {doing}: {endpoint.Authority} cannot be reached ({Innermost(exception)}).",
            "If the endpoint is private or its CIDRs leave the hub out, attach the functions to a network that reaches it (VPC parameters); CentralAmp never widens an endpoint.",
            exception),
        _ => Unavailable(exception, doing, $"the connection broke off ({Innermost(exception)})"),
    };

    private static TransientException Unavailable(Exception exception, string doing, string what) => new(
        Causes.KubernetesUnavailable,
        $"While {doing}: {what}.",
        "None if it passes; else see the health of the cluster's control plane.",
        exception);

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;
}
