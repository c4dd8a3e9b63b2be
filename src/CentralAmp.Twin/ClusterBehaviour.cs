using CentralAmp.Twin.Clusters.Api;

namespace CentralAmp.Twin;

/// <summary>Who owns <c>spec.remoteWrite</c> of the cluster's own Prometheus.</summary>
public enum RemoteWriteOwner
{
    /// <summary>Helm 3 made the resource without the field.</summary>
    Nobody,

    /// <summary>Helm 4: server-side apply as <c>helm</c>, which fails on a conflict.</summary>
    Helm,

    /// <summary>Helm 4 applies the resource, but not this field.</summary>
    HelmElsewhere,

    /// <summary>Argo CD: server-side apply as <c>argocd-controller</c>, by force.</summary>
    GitOps,
}

/// <summary>What is at the address that EKS gives for a cluster's API.</summary>
public enum EndpointKind
{
    Answers,

    /// <summary>Private, behind a network that drops packets: a connection is never made.</summary>
    Unreachable,

    /// <summary>Private, and what is at the address refuses.</summary>
    Refused,

    /// <summary>Somebody answers who has a certificate of another authority: a proxy that looks inside, another cluster.</summary>
    WrongCertificate,

    /// <summary>Connects, and then answers too late for anybody to wait.</summary>
    Slow,
}

/// <summary>How one cluster of the twin behaves; set before it is created (tag <c>twin:profile</c> is not needed: by name).</summary>
public sealed record ClusterBehaviour
{
    /// <summary>CREATING lasts this long.</summary>
    public TimeSpan ActiveAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>False: nobody installs kube-prometheus-stack by himself; <c>TwinCluster.InstallStack</c> does.</summary>
    public bool HasOperator { get; init; } = true;

    /// <summary>kube-prometheus-stack appears this long after ACTIVE.</summary>
    public TimeSpan OperatorAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Ready nodes that join when the cluster is ACTIVE; without any, pods wait.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>One pod takes this long from created to Ready.</summary>
    public TimeSpan PodStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>DELETING lasts this long; the cluster is gone after it.</summary>
    public TimeSpan DeletingFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A change of the cluster's own configuration takes this long; EKS needs some minutes.</summary>
    public TimeSpan UpdatingFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Such a change comes to nothing, and its update says so.</summary>
    public bool UpdatesFail { get; init; }

    public string AuthenticationMode { get; init; } = "API_AND_CONFIG_MAP";

    public EndpointKind Endpoint { get; init; }

    public bool EndsFailed { get; init; }

    /// <summary>The Pod Identity webhook fails open: new pods come up without the role.</summary>
    public bool WebhookDown { get; init; }

    /// <summary>The collector refuses to load a configuration that has our entry.</summary>
    public bool ReloadFails { get; init; }

    /// <summary>TokenRequest answers with a token that another cluster signed.</summary>
    public bool TokensOfAnotherCluster { get; init; }

    public bool PersistentStorage { get; init; } = true;

    public int Replicas { get; init; } = 1;

    public int Shards { get; init; } = 1;

    /// <summary>External labels of the cluster's own Prometheus.</summary>
    public IReadOnlyDictionary<string, string> ExternalLabels { get; init; } = new Dictionary<string, string>();

    public RemoteWriteOwner RemoteWriteOwner { get; init; }

    /// <summary>How often the GitOps-like owner applies; null: only when it is told to.</summary>
    public TimeSpan? GitOpsInterval { get; init; }

    /// <summary>Role that the service account of the cluster's own Prometheus has from somebody else.</summary>
    public string? ForeignRole { get; init; }

    /// <summary>Role that the service account has by an EKS Pod Identity association.</summary>
    public string? PodIdentityRole { get; init; }

    /// <summary>The operator's CRDs are of an older version: fewer fields, and no conditions in any status.</summary>
    public bool OlderOperator { get; init; }

    /// <summary>The CRD of PrometheusAgent is there.</summary>
    public bool HasAgentDefinition { get; init; } = true;

    /// <summary>What webhooks, quota and policies of the cluster refuse.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>A namespace that is being deleted and never ends, because of a finalizer.</summary>
    public string? TerminatingNamespace { get; init; }
}
