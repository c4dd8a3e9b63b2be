using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.Onboarding;

/// <summary>Decides from the described cluster whether the workflow continues, waits or ends. Pure.</summary>
public static class ClusterAdmission
{
    /// <param name="sinceStart">Age of the execution; the waiting limit counts from its start.</param>
    /// <exception cref="BlockedException">The cluster cannot be onboarded.</exception>
    public static ClusterDescription Decide(ClusterReference cluster, ObservedCluster? observed, TimeSpan sinceStart, HubSettings settings)
    {
        if (observed is null)
        {
            throw Blocked(Causes.ClusterNotFound, $"The {cluster} does not exist or was deleted.", "None, if it was deleted; otherwise correct the name, account and region.");
        }

        var (onboard, options) = ClusterTags.Read(cluster, observed.Tags, settings.OnboardByDefault);
        if (!onboard)
        {
            return Describe(observed, options) with { Next = ClusterNext.OptOut };
        }

        return observed.Status switch
        {
            "FAILED" => throw Blocked(
                Causes.ClusterFailed, $"Creation of {cluster} failed.", "None for CentralAmp: see the cluster's health issues in EKS, then create it again."),
            "DELETING" => throw Blocked(Causes.ClusterDeleting, $"The {cluster} is being deleted.", "None."),
            _ when settings.Routes.Errors.Count > 0 => throw Blocked(
                Causes.RoutesInvalid,
                $"CentralAmp cannot pick a workspace for {cluster}: {string.Join("; ", settings.Routes.Errors)}.",
                "Deploy template.yaml with the parameter Routes corrected, then execute again."),
            not "ACTIVE" when sinceStart >= LimitOf(observed.Status, settings) => throw Blocked(
                Causes.ClusterNotActiveInTime,
                $"The {cluster} is still {observed.Status} {Math.Round(sinceStart.TotalMinutes)} minutes after the execution started (limit {LimitOf(observed.Status, settings).TotalMinutes:0} minutes).",
                "Check in EKS why it is not ACTIVE; execute again when it is."),
            "ACTIVE" => Admitted(cluster, observed, options, settings),
            // CREATING, UPDATING, PENDING, and statuses that EKS may add.
            _ => Describe(observed, options) with { Next = ClusterNext.Wait, WaitSeconds = (int)Polling.Wait(sinceStart, settings.ActivePoll).TotalSeconds },
        };
    }

    /// <summary>A cluster that is UPDATING was ACTIVE before, and its execution may have waited long for a collector; so the longer limit applies.</summary>
    private static TimeSpan LimitOf(string status, HubSettings settings) => status == "UPDATING" ? settings.ParkLimit : settings.ActiveLimit;

    private static ClusterDescription Admitted(ClusterReference cluster, ObservedCluster observed, ClusterOptions options, HubSettings settings)
    {
        var routed = settings.Routes.WorkspaceFor(cluster, observed.Tags, new RoutedWorkspace(settings.WorkspaceArn, settings.TrustMode));
        return Describe(observed, options) with
        {
            Next = ClusterNext.Continue,
            Issuer = IssuerOf(cluster, observed),
            Endpoint = EndpointOf(cluster, observed),
            CertificateAuthority = CertificateAuthorityOf(cluster, observed),
            WorkspaceArn = routed.WorkspaceArn,
            TrustMode = routed.TrustMode,
        };
    }

    /// <summary>The data that is needed to connect to the cluster, regardless of its tags and routes.</summary>
    /// <exception cref="BlockedException">The cluster has no usable endpoint or certificate.</exception>
    public static ClusterDescription Connectable(ClusterReference cluster, ObservedCluster observed) =>
        Describe(observed, new ClusterOptions(AllowRestart: false)) with
        {
            Next = ClusterNext.Continue,
            Issuer = observed.Issuer ?? "",
            Endpoint = EndpointOf(cluster, observed),
            CertificateAuthority = CertificateAuthorityOf(cluster, observed),
        };

    private static ClusterDescription Describe(ObservedCluster observed, ClusterOptions options) => new()
    {
        Next = ClusterNext.Wait,
        CreatedAt = observed.CreatedAt,
        // Clusters older than access entries have no access configuration: they are CONFIG_MAP.
        AuthenticationMode = observed.AuthenticationMode ?? "CONFIG_MAP",
        EndpointAccess = AccessOf(observed),
        Options = options,
    };

    private static string AccessOf(ObservedCluster observed) => observed.EndpointPublicAccess
        ? $"endpointPublicAccess=true, publicAccessCidrs={Quote.Cut(string.Join(',', observed.PublicAccessCidrs.DefaultIfEmpty("0.0.0.0/0")))}"
        : "endpointPublicAccess=false";

    private static string IssuerOf(ClusterReference cluster, ObservedCluster observed) => IssuerHosts.IsIssuer(observed.Issuer, cluster.Partition, cluster.Region)
        ? observed.Issuer!
        : throw Blocked(
            Causes.ClusterIssuerMissing,
            $"The {cluster} is ACTIVE, but has {(string.IsNullOrEmpty(observed.Issuer) ? "no OIDC issuer" : $"'{Quote.Cut(observed.Issuer)}' as OIDC issuer, which is not of a host of EKS that CentralAmp knows")}.",
            "Ask AWS support if it has none; only EKS provides the issuer, CentralAmp cannot derive it. If EKS has a new host, update CentralAmp.");

    private static string EndpointOf(ClusterReference cluster, ObservedCluster observed) => IsHttps(observed.Endpoint)
        ? observed.Endpoint!
        : throw Blocked(
            Causes.EndpointUnreachable,
            $"The {cluster} is ACTIVE, but has {(string.IsNullOrEmpty(observed.Endpoint) ? "no endpoint" : $"'{Quote.Cut(observed.Endpoint)}' as endpoint")}.",
            "Check the cluster in EKS; execute again when it shows an API server endpoint.");

    private static string CertificateAuthorityOf(ClusterReference cluster, ObservedCluster observed) => IsCertificate(observed.CertificateAuthority)
        ? observed.CertificateAuthority!
        : throw Blocked(
            Causes.ClusterCertificateInvalid,
            $"The {cluster} is ACTIVE, but its certificate authority is not a PEM certificate in base64.",
            "Ask AWS support; without the certificate CentralAmp cannot verify the cluster's API server.");

    private static bool IsHttps(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;

    private static bool IsCertificate(string? base64)
    {
        if (string.IsNullOrWhiteSpace(base64))
        {
            return false;
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(base64)));
            return certificates.Count > 0;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }

    private static BlockedException Blocked(string cause, string sentence, string remedy) => new(cause, sentence, remedy);
}
