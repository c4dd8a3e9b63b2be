using System.Collections.Concurrent;
using Amazon;
using Amazon.EKS;
using Amazon.IdentityManagement;
using Amazon.Organizations;
using Amazon.PrometheusService;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using CentralAmp.Clusters;

namespace CentralAmp.Aws;

/// <summary>Clients of AWS's services: for the hub with the credentials of the function, for a member account with one of its member roles.</summary>
/// <param name="adjust">Redirects clients to another endpoint, for tests.</param>
public sealed class AwsClients(MemberAccounts members, Action<ClientConfig>? adjust = null) : IDisposable
{
    private readonly ConcurrentDictionary<(Type Client, string Region), IDisposable> hub = new();

    /// <summary>EKS of the cluster's account and region. The caller disposes it.</summary>
    public async Task<IAmazonEKS> MemberEksAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var credentials = await members.AssumeAsync(cluster, role, execution, cancellationToken);
        return new AmazonEKSClient(
            new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.Token),
            Configure(new AmazonEKSConfig(), cluster.Region, adjust));
    }

    /// <summary>IAM of the cluster's account. The caller disposes it.</summary>
    public async Task<IAmazonIdentityManagementService> MemberIamAsync(
        ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var credentials = await members.AssumeAsync(cluster, role, execution, cancellationToken);
        return new AmazonIdentityManagementServiceClient(
            new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.Token),
            Configure(new AmazonIdentityManagementServiceConfig(), cluster.Region, adjust));
    }

    /// <summary>STS with the collector's credentials, for the second role of chained trust. The caller disposes it.</summary>
    public IAmazonSecurityTokenService CollectorSts(ImmutableCredentials credentials, string region) => new AmazonSecurityTokenServiceClient(
        new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.Token),
        Configure(new AmazonSecurityTokenServiceConfig(), region, adjust));

    /// <summary>EKS of an account and region. The caller disposes it.</summary>
    public async Task<IAmazonEKS> AccountEksAsync(string accountId, string region, ExecutionReference execution, CancellationToken cancellationToken) =>
        new AmazonEKSClient(await AccountCredentialsAsync(accountId, region, execution, cancellationToken), Configure(new AmazonEKSConfig(), region, adjust));

    /// <summary>IAM of an account. The caller disposes it.</summary>
    /// <param name="region">Any region of the partition.</param>
    public async Task<IAmazonIdentityManagementService> AccountIamAsync(
        string accountId, string region, ExecutionReference execution, CancellationToken cancellationToken) =>
        new AmazonIdentityManagementServiceClient(
            await AccountCredentialsAsync(accountId, region, execution, cancellationToken),
            Configure(new AmazonIdentityManagementServiceConfig(), region, adjust));

    /// <summary>IAM of the hub. Shared: do not dispose it.</summary>
    /// <param name="region">Any region of the partition.</param>
    public IAmazonIdentityManagementService Iam(string region) => Hub(
        region, () => new AmazonIdentityManagementServiceClient(Configure(new AmazonIdentityManagementServiceConfig(), region, adjust)));

    /// <summary>AMP of the hub in the workspace's region. Shared: do not dispose it.</summary>
    public IAmazonPrometheusService Prometheus(string region) => Hub(
        region, () => new AmazonPrometheusServiceClient(Configure(new AmazonPrometheusServiceConfig(), region, adjust)));

    /// <summary>Organizations; the hub is the management account or its delegated administrator. Shared: do not dispose it.</summary>
    /// <param name="region">Any region of the partition.</param>
    public IAmazonOrganizations Organizations(string region) => Hub(
        region, () => new AmazonOrganizationsClient(Configure(new AmazonOrganizationsConfig(), region, adjust)));

    /// <summary>STS without credentials, for AssumeRoleWithWebIdentity. Shared: do not dispose it.</summary>
    public IAmazonSecurityTokenService WebIdentity(string region) => Hub(
        region, () => new AmazonSecurityTokenServiceClient(new AnonymousAWSCredentials(), Configure(new AmazonSecurityTokenServiceConfig(), region, adjust)));

    /// <summary>The credentials of the function, for requests that <see cref="SigV4"/> signs.</summary>
    public static async Task<ImmutableCredentials> HubCredentialsAsync() =>
        await (await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync()).GetCredentialsAsync();

    /// <summary>Sets region, timeout and retries. Adaptive retries: all clusters share the account's rate limits, so a throttled client slows down.</summary>
    public static T Configure<T>(T config, string region, Action<ClientConfig>? adjust = null)
        where T : ClientConfig
    {
        config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        config.RetryMode = RequestRetryMode.Adaptive;
        config.MaxErrorRetry = 3;
        // A step has about a minute; a call that hangs must leave time for a retry.
        config.Timeout = TimeSpan.FromSeconds(10);
        adjust?.Invoke(config);
        return config;
    }

    public void Dispose()
    {
        foreach (var client in hub.Values)
        {
            client.Dispose();
        }
    }

    private async Task<AWSCredentials> AccountCredentialsAsync(
        string accountId, string region, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var credentials = await members.AssumeAsync(
            RegionEndpoint.GetBySystemName(region).PartitionName, accountId, MemberRole.Looking, $"the sweep of {accountId}/{region}", execution, cancellationToken);
        return new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.Token);
    }

    private T Hub<T>(string region, Func<T> make)
        where T : class, IDisposable => (T)hub.GetOrAdd((typeof(T), region), _ => make());
}
