namespace CentralAmp.Kubernetes;

/// <summary>How long a cluster's endpoint may take.</summary>
/// <param name="Connect">A private endpoint drops packets: "not reachable" must come within seconds, and is tried twice.</param>
/// <param name="Handshake">TLS after that; a proxy may take a connection that leads nowhere.</param>
/// <param name="Answer">One answer, connecting included. Admission webhooks may take 10 s each by default (AdmissionRegistration API, timeoutSeconds).</param>
/// <param name="Together">All waiting of one client, half of a function's timeout (template.yaml): an API server that is slow every time must not eat up the step.</param>
public sealed record EndpointLimits(TimeSpan Connect, TimeSpan Handshake, TimeSpan Answer, TimeSpan Together)
{
    public static EndpointLimits Default { get; } =
        new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(28));
}
