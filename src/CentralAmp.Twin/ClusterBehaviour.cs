using CentralAmp.Twin.Clusters.Api;

namespace CentralAmp.Twin;

/// <summary>Who owns <c>spec.remoteWrite</c> of the cluster's own Prometheus.</summary>
public enum RemoteWriteOwner
{
    /// <summary>Helm 3 created the resource without the field.</summary>
    Nobody,

    /// <summary>Helm 4: server-side apply as <c>helm</c>, which fails on a conflict.</summary>
    Helm,

    /// <summary>Helm 4 applies the resource, but not this field.</summary>
    HelmElsewhere,

    /// <summary>Argo CD: server-side apply as <c>argocd-controller</c>, by force.</summary>
    GitOps,
}

/// <summary>How the address of a cluster's Kubernetes API behaves.</summary>
public enum EndpointKind
{
    Answers,

    /// <summary>Private: the network drops packets, so no connection is established.</summary>
    Unreachable,

    /// <summary>Private: the address refuses connections.</summary>
    Refused,

    /// <summary>Another server answers with a certificate of another authority: a TLS-inspecting proxy or another cluster.</summary>
    WrongCertificate,

    /// <summary>Accepts connections, but answers later than any client waits.</summary>
    Slow,
}

/// <summary>How one cluster of the twin behaves; set before the cluster is created.</summary>
public sealed record ClusterBehaviour
{
    /// <summary>CREATING lasts this long.</summary>
    public TimeSpan ActiveAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether the cluster installs kube-prometheus-stack itself; if not, <c>TwinCluster.InstallStack</c> does.</summary>
    public bool HasOperator { get; init; } = true;

    /// <summary>kube-prometheus-stack is installed this long after the cluster is ACTIVE.</summary>
    public TimeSpan OperatorAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Ready nodes that join when the cluster is ACTIVE; without nodes, pods stay Pending.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>One pod takes this long from created to Ready.</summary>
    public TimeSpan PodStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>DELETING lasts this long; then the cluster no longer exists.</summary>
    public TimeSpan DeletingFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A change of the cluster's own configuration takes this long; EKS needs some minutes.</summary>
    public TimeSpan UpdatingFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether such a change fails, and its update reports the error.</summary>
    public bool UpdatesFail { get; init; }

    public string AuthenticationMode { get; init; } = "API_AND_CONFIG_MAP";

    public EndpointKind Endpoint { get; init; }

    public bool EndsFailed { get; init; }

    /// <summary>The Pod Identity webhook fails open: new pods start without the role.</summary>
    public bool WebhookDown { get; init; }

    /// <summary>The collector refuses to load a configuration with the managed remote-write entry.</summary>
    public bool ReloadFails { get; init; }

    /// <summary>TokenRequest answers with a token that another cluster signed.</summary>
    public bool TokensOfAnotherCluster { get; init; }

    public bool PersistentStorage { get; init; } = true;

    public int Replicas { get; init; } = 1;

    public int Shards { get; init; } = 1;

    /// <summary>External labels of the cluster's own Prometheus.</summary>
    public IReadOnlyDictionary<string, string> ExternalLabels { get; init; } = new Dictionary<string, string>();

    public RemoteWriteOwner RemoteWriteOwner { get; init; }

    /// <summary>How often the GitOps owner applies; null: only when <c>TwinCluster.ApplyStackAgain</c> is called.</summary>
    public TimeSpan? GitOpsInterval { get; init; }

    /// <summary>Role that another owner gave to the service account of the cluster's own Prometheus.</summary>
    public string? ForeignRole { get; init; }

    /// <summary>Role of the service account through an EKS Pod Identity association.</summary>
    public string? PodIdentityRole { get; init; }

    /// <summary>The operator's CRDs are of an older version: fewer fields, and no conditions in any status.</summary>
    public bool OlderOperator { get; init; }

    /// <summary>Whether the CRD of PrometheusAgent exists.</summary>
    public bool HasAgentDefinition { get; init; } = true;

    /// <summary>Objects that webhooks, quotas and policies of the cluster refuse.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>A namespace that stays in Terminating because of a finalizer.</summary>
    public string? TerminatingNamespace { get; init; }
}
