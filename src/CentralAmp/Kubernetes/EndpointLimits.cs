namespace CentralAmp.Kubernetes;

/// <summary>Time limits for requests to a cluster's endpoint.</summary>
/// <param name="Connect">Limit of one connection attempt; there are two. A private endpoint drops packets, so the limit must be seconds.</param>
/// <param name="Handshake">Limit of the TLS handshake. A proxy may accept connections that it cannot forward.</param>
/// <param name="Answer">Limit of one answer, connection included. An admission webhook may take 10 s by default (AdmissionRegistration API, timeoutSeconds).</param>
/// <param name="Together">Limit of all waiting of one client, half of a function's timeout (template.yaml), so that a slow API server does not use up the step's time.</param>
public sealed record EndpointLimits(TimeSpan Connect, TimeSpan Handshake, TimeSpan Answer, TimeSpan Together)
{
    public static EndpointLimits Default { get; } =
        new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(28));
}
