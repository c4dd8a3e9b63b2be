using Amazon.EKS;
using Amazon.IdentityManagement;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Clients of the official shape, pointed at the twin.</summary>
internal static class Clients
{
    public static AmazonSecurityTokenServiceClient Sts(this AwsTwinFixture fixture, AWSCredentials credentials) =>
        new(credentials, Configure(new AmazonSecurityTokenServiceConfig(), fixture));

    public static AmazonIdentityManagementServiceClient Iam(this AwsTwinFixture fixture, AWSCredentials credentials) =>
        new(credentials, Configure(new AmazonIdentityManagementServiceConfig(), fixture));

    public static AmazonEKSClient Eks(this AwsTwinFixture fixture, AWSCredentials credentials) =>
        new(credentials, Configure(new AmazonEKSConfig(), fixture));

    public static AWSCredentials Credentials(this AccessKey key) => new BasicAWSCredentials(key.Id, key.Secret);

    /// <summary>Configures any client of the SDK for the gateway, without retries: what the twin answers is what is tested.</summary>
    public static T Configure<T>(T config, AwsTwinFixture fixture)
        where T : ClientConfig
    {
        config.ServiceURL = fixture.Twin.Endpoint.ToString();
        config.AuthenticationRegion = "us-east-1";
        config.MaxErrorRetry = 0;
        return config;
    }

    /// <summary>
    /// A role with an inline policy and a session of it; settled. The trust is on the account of the caller unless given.
    /// </summary>
    public static async Task<AWSCredentials> SessionAsync(
        this AwsTwinFixture fixture, AccessKey account, string roleName, string? policy, string? boundaryArn = null, string path = "/")
    {
        using var iam = fixture.Iam(account.Credentials());
        await iam.CreateRoleAsync(new()
        {
            RoleName = roleName,
            Path = path,
            PermissionsBoundary = boundaryArn,
            AssumeRolePolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{account.Caller.AccountId}}:root"},"Action":"sts:AssumeRole"}]}""",
        });
        if (policy is not null)
            await iam.PutRolePolicyAsync(new() { RoleName = roleName, PolicyName = "test", PolicyDocument = policy });

        return await fixture.AssumeAsync(account.Credentials(), $"arn:aws:iam::{account.Caller.AccountId}:role{path}{roleName}");
    }

    /// <summary>Assumes a role as soon as it is in effect.</summary>
    public static async Task<AWSCredentials> AssumeAsync(this AwsTwinFixture fixture, AWSCredentials caller, string roleArn, string? externalId = null)
    {
        using var sts = fixture.Sts(caller);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var request = new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = "test-session", ExternalId = externalId };
                return (await sts.AssumeRoleAsync(request)).Credentials;
            }
            catch (AmazonServiceException e) when (e.ErrorCode == "AccessDenied" && attempt < 20)
            {
                await Task.Delay(200);
            }
        }
    }

    public static string Policy(string action, string resource, string conditions = "{}") =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"{{resource}}","Condition":{{conditions}}}]}""";
}
