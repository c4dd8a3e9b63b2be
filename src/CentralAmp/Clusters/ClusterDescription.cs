namespace CentralAmp.Clusters;

/// <summary>Where the road goes after the look at the cluster.</summary>
public enum ClusterNext
{
    Wait,
    Continue,
    OptOut,

    /// <summary>The cluster was seen and cannot be onboarded as it is: <see cref="ClusterDescription.Refusal"/>.</summary>
    Refuse,

    /// <summary>The registry says that it was offboarded; nothing is touched, and nothing recorded.</summary>
    Offboarded,
}

/// <summary>What the cluster's tags ask of the road.</summary>
/// <param name="AllowRestart"><c>central-amp:allow-restart</c>: pods may roll although their storage does not persist.</param>
/// <param name="Delivery"><c>central-amp:delivery</c>, one of <see cref="DeliveryNames"/>; null: the installation's.</param>
/// <param name="Profile"><c>central-amp:profile</c>, one of <see cref="Profiles"/>; null: the installation's.</param>
public sealed record ClusterOptions(bool AllowRestart, string? Delivery = null, string? Profile = null);

/// <summary>What later states need to know of a cluster. Issuer, endpoint and CA are empty unless <see cref="Next"/> is Continue.</summary>
public sealed record ClusterDescription
{
    public required ClusterNext Next { get; init; }

    /// <summary>Something of ours may be there; with <see cref="ClusterNext.OptOut"/> it is to be taken back.</summary>
    public bool Onboarded { get; init; }

    /// <summary>Why it is refused, in the form of <see cref="Failures.FailureMessage"/>; a result, so that the registry learns of the cluster too.</summary>
    public string? Refusal { get; init; }

    /// <summary>Seconds until the next look; 0 unless <see cref="Next"/> is Wait.</summary>
    public int WaitSeconds { get; init; }

    /// <summary>DescribeCluster's <c>createdAt</c> in epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The OIDC issuer exactly as read: it is never built.</summary>
    public string Issuer { get; init; } = "";

    public string Endpoint { get; init; } = "";

    /// <summary>Who may reach the endpoint, in EKS' words, for sentences. An execution that was parked before an update has none.</summary>
    public string? EndpointAccess { get; init; }

    /// <summary>PEM in base64, as read.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary><c>API</c>, <c>API_AND_CONFIG_MAP</c> or <c>CONFIG_MAP</c>.</summary>
    public string AuthenticationMode { get; init; } = "";

    /// <summary>ARN of the workspace that the cluster is routed to.</summary>
    public string WorkspaceArn { get; init; } = "";

    /// <summary>What the route or the installation says (direct, chained, auto); the plan decides. An execution that was parked before an update has none.</summary>
    public string TrustMode { get => field ?? TrustModes.Direct; init; } = TrustModes.Direct;

    public ClusterOptions Options { get; init; } = new(AllowRestart: false);
}
