namespace CentralAmp.Clusters;

/// <summary>The properties of DescribeCluster's answer that CentralAmp uses. Absent is null.</summary>
public sealed record ObservedCluster
{
    /// <summary>As EKS returns it: CREATING, ACTIVE, DELETING, FAILED, UPDATING, PENDING.</summary>
    public required string Status { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    public string? Issuer { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>The default of EKS where the answer has none.</summary>
    public bool EndpointPublicAccess { get; init; } = true;

    public IReadOnlyList<string> PublicAccessCidrs { get; init; } = [];

    /// <summary>PEM in base64.</summary>
    public string? CertificateAuthority { get; init; }

    public string? AuthenticationMode { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>EKS rejects calls for access entries while it creates the cluster, and in authentication mode CONFIG_MAP.</summary>
    public bool CanBeElevated => Status is not ("CREATING" or "PENDING") && AuthenticationMode is "API" or "API_AND_CONFIG_MAP";
}

/// <summary>Reads clusters in member accounts.</summary>
public interface IClusterReader
{
    /// <summary>Null if the cluster does not exist.</summary>
    Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);
}
