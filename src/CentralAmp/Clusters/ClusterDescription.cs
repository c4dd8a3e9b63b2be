namespace CentralAmp.Clusters;

/// <summary>The next step of the workflow after DescribeCluster.</summary>
public enum ClusterNext
{
    Wait,
    Continue,
    OptOut,

    /// <summary>The cluster exists and cannot be onboarded in its current state: <see cref="ClusterDescription.Refusal"/>.</summary>
    Refuse,

    /// <summary>The registry has a tombstone of the cluster; the workflow changes nothing and records nothing.</summary>
    Offboarded,

    /// <summary>The event changes nothing that CentralAmp looks at. The cluster was not described, and the workflow ends.</summary>
    Ignore,
}

/// <summary>Options of the workflow that a cluster's tags set.</summary>
/// <param name="AllowRestart"><c>central-amp:allow-restart</c>: pods may be restarted although their storage does not persist.</param>
/// <param name="Delivery"><c>central-amp:delivery</c>, one of <see cref="DeliveryNames"/>; null: the default of the installation.</param>
/// <param name="Profile"><c>central-amp:profile</c>, one of <see cref="Profiles"/>; null: the default of the installation.</param>
public sealed record ClusterOptions(bool AllowRestart, string? Delivery = null, string? Profile = null, string? Collector = null);

/// <summary>The properties of a cluster that later states need. Issuer, endpoint and CA are empty unless <see cref="Next"/> is Continue.</summary>
public sealed record ClusterDescription
{
    public required ClusterNext Next { get; init; }

    /// <summary>Number of the claim that this look took; null in a dry run, which takes none, and in an execution from before claims.</summary>
    public long? Claim { get; init; }

    /// <summary>The execution writes nothing, the registry included.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Managed objects may exist; with <see cref="ClusterNext.OptOut"/> they are to be removed.</summary>
    public bool Onboarded { get; init; }

    /// <summary>The reason of a refusal, formatted by <see cref="Failures.FailureMessage"/>; a result and no exception, so that the cluster is recorded, too.</summary>
    public string? Refusal { get; init; }

    /// <summary>Seconds until the next poll; 0 unless <see cref="Next"/> is Wait.</summary>
    public int WaitSeconds { get; init; }

    /// <summary>DescribeCluster's <c>createdAt</c> in epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The OIDC issuer exactly as EKS returns it; it is never constructed.</summary>
    public string Issuer { get; init; } = "";

    public string Endpoint { get; init; } = "";

    /// <summary>The access settings of the endpoint as EKS returns them, for sentences. Empty in an execution that was parked before an update.</summary>
    public string? EndpointAccess { get; init; }

    /// <summary>PEM in base64, as EKS returns it.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary><c>API</c>, <c>API_AND_CONFIG_MAP</c> or <c>CONFIG_MAP</c>.</summary>
    public string AuthenticationMode { get; init; } = "";

    /// <summary>ARN of the workspace that the cluster is routed to.</summary>
    public string WorkspaceArn { get; init; } = "";

    /// <summary>The trust mode of the route or the installation (direct, chained, auto); the plan decides. Empty in an execution that was parked before an update.</summary>
    public string TrustMode { get => field ?? TrustModes.Direct; init; } = TrustModes.Direct;

    public ClusterOptions Options { get; init; } = new(AllowRestart: false);

    /// <summary>The workspace that the route has left while the ingest role may still write to it; null without one, and in an execution from before this attribute.</summary>
    public FormerGrant? Former { get; init; }

    /// <summary>The workspace of <see cref="Former"/> if its grant must go before anything else is done; otherwise null. The state machine reads it.</summary>
    public string? Revokes { get; init; }
}

/// <summary>A workspace that a cluster's route has left.</summary>
/// <param name="Since">When CentralAmp noticed first that the route had left it.</param>
public sealed record FormerGrant(string WorkspaceArn, DateTimeOffset Since);
