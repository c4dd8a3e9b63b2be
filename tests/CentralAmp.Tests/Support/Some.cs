using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Registry;
using CentralAmp.Settings;

namespace CentralAmp.Tests.Support;

/// <summary>Valid values for tests that do not depend on particular ones.</summary>
public static class Some
{
    public const string MemberAccount = "222222222222";
    public const string HubAccount = "111111111111";
    public const string WorkspaceArn = "arn:aws:aps:us-east-1:111111111111:workspace/ws-11112222-3333-4444-5555-666677778888";

    /// <summary>2026-03-01T12:00:00Z.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static long CreatedAt { get; } = Noon.AddMinutes(-10).ToUnixTimeMilliseconds();

    public static HubSettings Settings { get; } = new()
    {
        RegistryTable = "central-amp-registry",
        WorkspaceArn = WorkspaceArn,
        HubAccountId = HubAccount,
        BoundaryArn = "arn:aws:iam::111111111111:policy/central-amp/boundary",
    };

    public static ClusterReference Cluster(string name = "shop") =>
        new($"arn:aws:eks:us-east-1:{MemberAccount}:cluster/{name}", "aws", MemberAccount, "us-east-1", name);

    public static ExecutionReference Execution(string name = "first", int startedAfterNoonSeconds = 0) => new(
        $"arn:aws:states:us-east-1:{HubAccount}:execution:onboard-cluster:{name}", Noon.AddSeconds(startedAfterNoonSeconds));

    /// <summary>An empty registry in memory, in which no cluster is claimed.</summary>
    public static ClusterRegistry Registry() => new(new FakeDynamo(() => { }), Settings, new FakeClock(Noon));

    public static ObservedCluster Observed { get; } = new()
    {
        Status = "ACTIVE",
        CreatedAt = CreatedAt,
        Issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        Endpoint = "https://0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com",
        CertificateAuthority = TestAuthority.Shared.Base64Pem,
        AuthenticationMode = "API_AND_CONFIG_MAP",
    };

    public static ClusterDescription Described(string? endpoint = null, string? certificateAuthority = null) => new()
    {
        Next = ClusterNext.Continue,
        CreatedAt = CreatedAt,
        Issuer = Observed.Issuer!,
        Endpoint = endpoint ?? Observed.Endpoint!,
        EndpointAccess = "endpointPublicAccess=true, publicAccessCidrs=0.0.0.0/0",
        CertificateAuthority = certificateAuthority ?? Observed.CertificateAuthority!,
        AuthenticationMode = "API_AND_CONFIG_MAP",
        WorkspaceArn = WorkspaceArn,
    };

    public static Collector Collector { get; } = new()
    {
        Namespace = "monitoring",
        Name = "kube-prometheus-stack-prometheus",
        Uid = "7d3f7f0e-3f70-4f2c-8f1e-2f4a7c1d9b10",
        ServiceAccount = "kube-prometheus-stack-prometheus",
        StatefulSet = "prometheus-kube-prometheus-stack-prometheus",
        Pods = ["prometheus-kube-prometheus-stack-prometheus-1", "prometheus-kube-prometheus-stack-prometheus-0"],
        Replicas = 2,
    };

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
