namespace CentralAmp.Clusters;

/// <summary>DescribeCluster's answer, as far as the road looks at it. Absent is null.</summary>
public sealed record ObservedCluster
{
    /// <summary>EKS' word: CREATING, ACTIVE, DELETING, FAILED, UPDATING, PENDING.</summary>
    public required string Status { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long CreatedAt { get; init; }

    public string? Issuer { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>EKS' default where it says nothing.</summary>
    public bool EndpointPublicAccess { get; init; } = true;

    public IReadOnlyList<string> PublicAccessCidrs { get; init; } = [];

    /// <summary>PEM in base64.</summary>
    public string? CertificateAuthority { get; init; }

    public string? AuthenticationMode { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>EKS refuses to talk about access entries of a cluster that is not there yet, or knows only its ConfigMap.</summary>
    public bool CanBeElevated => Status is not ("CREATING" or "PENDING") && AuthenticationMode is "API" or "API_AND_CONFIG_MAP";
}

/// <summary>Reads clusters in member accounts.</summary>
public interface IClusterReader
{
    /// <summary>Null when EKS says that there is no such cluster.</summary>
    Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken);
}
