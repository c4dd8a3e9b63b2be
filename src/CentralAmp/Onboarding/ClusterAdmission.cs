using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Routes;
using CentralAmp.Settings;

namespace CentralAmp.Onboarding;

/// <summary>Decides from the look at a cluster whether the road goes on, waits or ends. Pure.</summary>
public static class ClusterAdmission
{
    /// <param name="sinceStart">Age of the execution: the limit of waiting is measured from its start.</param>
    /// <exception cref="BlockedException">The cluster is not one that can be onboarded.</exception>
    public static ClusterDescription Decide(ClusterReference cluster, ObservedCluster? observed, TimeSpan sinceStart, HubSettings settings)
    {
        if (observed is null)
        {
            throw Blocked(Causes.ClusterNotFound, $"There is no {cluster} (any more).", "None, if it was deleted; else correct the name, account and region.");
        }

        var (onboard, options) = ClusterTags.Read(cluster, observed.Tags, settings.OnboardByDefault);
        if (!onboard)
        {
            return Looked(observed, options) with { Next = ClusterNext.OptOut };
        }

        return observed.Status switch
        {
            "FAILED" => throw Blocked(
                Causes.ClusterFailed, $"Creation of {cluster} failed.", "None for CentralAmp: see the cluster's health issues in EKS and create it again."),
            "DELETING" => throw Blocked(Causes.ClusterDeleting, $"The {cluster} is being deleted.", "None."),
            _ when settings.Routes.Errors.Count > 0 => throw Blocked(
                Causes.RoutesInvalid,
                $"No workspace can be picked for {cluster}: {string.Join("; ", settings.Routes.Errors)}.",
                "Deploy template.yaml with the parameter Routes corrected, then execute again."),
            not "ACTIVE" when sinceStart >= LimitOf(observed.Status, settings) => throw Blocked(
                Causes.ClusterNotActiveInTime,
                $"The {cluster} is still {observed.Status} {Math.Round(sinceStart.TotalMinutes)} minutes after the road began (limit {LimitOf(observed.Status, settings).TotalMinutes:0} minutes).",
                "See in EKS what it waits for; execute again when it is ACTIVE."),
            "ACTIVE" => Admitted(cluster, observed, options, settings),
            // CREATING, UPDATING, PENDING, and what EKS may add.
            _ => Looked(observed, options) with { Next = ClusterNext.Wait, WaitSeconds = (int)settings.ActivePoll.TotalSeconds },
        };
    }

    /// <summary>What is being updated was ACTIVE before, and its road may be an old one that waits for a collector.</summary>
    private static TimeSpan LimitOf(string status, HubSettings settings) => status == "UPDATING" ? settings.ParkLimit : settings.ActiveLimit;

    private static ClusterDescription Admitted(ClusterReference cluster, ObservedCluster observed, ClusterOptions options, HubSettings settings)
    {
        var routed = settings.Routes.WorkspaceFor(cluster, observed.Tags, new RoutedWorkspace(settings.WorkspaceArn, settings.TrustMode));
        return Looked(observed, options) with
        {
            Next = ClusterNext.Continue,
            Issuer = IssuerOf(cluster, observed),
            Endpoint = EndpointOf(cluster, observed),
            CertificateAuthority = CertificateAuthorityOf(cluster, observed),
            WorkspaceArn = routed.WorkspaceArn,
            TrustMode = routed.TrustMode,
        };
    }

    /// <summary>What is needed to enter the cluster, whatever its tags and routes say.</summary>
    /// <exception cref="BlockedException">It cannot be entered as it is.</exception>
    public static ClusterDescription Enterable(ClusterReference cluster, ObservedCluster observed) =>
        Looked(observed, new ClusterOptions(AllowRestart: false)) with
        {
            Next = ClusterNext.Continue,
            Issuer = observed.Issuer ?? "",
            Endpoint = EndpointOf(cluster, observed),
            CertificateAuthority = CertificateAuthorityOf(cluster, observed),
        };

    private static ClusterDescription Looked(ObservedCluster observed, ClusterOptions options) => new()
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

    private static string IssuerOf(ClusterReference cluster, ObservedCluster observed) => IsHttps(observed.Issuer)
        ? observed.Issuer!
        : throw Blocked(
            Causes.ClusterIssuerMissing,
            $"The {cluster} is ACTIVE, but has {(string.IsNullOrEmpty(observed.Issuer) ? "no OIDC issuer" : $"'{Quote.Cut(observed.Issuer)}' as OIDC issuer")}.",
            "Ask AWS support; the issuer comes from EKS and cannot be built.");

    private static string EndpointOf(ClusterReference cluster, ObservedCluster observed) => IsHttps(observed.Endpoint)
        ? observed.Endpoint!
        : throw Blocked(
            Causes.EndpointUnreachable,
            $"The {cluster} is ACTIVE, but has {(string.IsNullOrEmpty(observed.Endpoint) ? "no endpoint" : $"'{Quote.Cut(observed.Endpoint)}' as endpoint")}.",
            "See the cluster in EKS; execute again when it shows an API server endpoint.");

    private static string CertificateAuthorityOf(ClusterReference cluster, ObservedCluster observed) => IsCertificate(observed.CertificateAuthority)
        ? observed.CertificateAuthority!
        : throw Blocked(
            Causes.ClusterCertificateInvalid,
            $"The {cluster} is ACTIVE, but its certificate authority is not a PEM certificate in base64.",
            "Ask AWS support; without it the cluster's API cannot be trusted.");

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
