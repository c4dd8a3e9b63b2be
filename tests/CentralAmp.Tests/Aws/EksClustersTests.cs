using Amazon.EKS.Model;
using Amazon.SecurityToken;
using CentralAmp.Aws;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Aws;

/// <summary>Tests the adapter and the member role's credentials against moto.</summary>
public sealed class EksClustersTests(MotoServer moto)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_of_the_member_account_is_described_with_the_member_role()
    {
        var (clients, name) = await PrepareAsync();
        using (clients)
        {
            var observed = await new EksClusters(clients).FindAsync(Some.Cluster(name), Some.Execution(), Cancelled);
            Assert.NotNull(observed);
            Assert.Equal("ACTIVE", observed.Status);
            Assert.StartsWith("https://oidc.eks.us-east-1", observed.Issuer, StringComparison.Ordinal);
            Assert.NotEmpty(observed.Endpoint!);
            Assert.Equal("true", observed.Tags["central-amp:allow-restart"]);
            var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(observed.CreatedAt);
            Assert.InRange(age, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public async Task A_missing_cluster_is_null()
    {
        var (clients, _) = await PrepareAsync();
        using (clients)
        {
            Assert.Null(await new EksClusters(clients).FindAsync(Some.Cluster("missing"), Some.Execution(), Cancelled));
        }
    }

    private async Task<(AwsClients Clients, string Cluster)> PrepareAsync()
    {
        var address = await moto.AddressAsync();
        var name = $"c{Guid.NewGuid():N}";
        var sts = new AmazonSecurityTokenServiceClient(
            MotoServer.Credentials, await moto.ConfigureAsync(new AmazonSecurityTokenServiceConfig()));
        var members = new MemberAccounts(sts, Some.Settings, TimeProvider.System);
        var clients = new AwsClients(members, config =>
        {
            config.ServiceURL = address;
            config.AuthenticationRegion = "us-east-1";
        });
        using var eks = await clients.MemberEksAsync(Some.Cluster(name), MemberRole.Looking, Some.Execution(), Cancelled);
        await eks.CreateClusterAsync(
            new CreateClusterRequest
            {
                Name = name,
                RoleArn = $"arn:aws:iam::{Some.MemberAccount}:role/eks",
                ResourcesVpcConfig = new VpcConfigRequest { SubnetIds = ["subnet-1"] },
                Tags = new() { ["central-amp:allow-restart"] = "true" },
            },
            Cancelled);
        return (clients, name);
    }
}
