using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class SecurityTokenTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Subject = "system:serviceaccount:monitoring:prometheus";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Across_accounts_both_the_trust_and_the_callers_own_policy_must_allow()
    {
        const string target = "arn:aws:iam::222222222222:role/cross-target";
        using var memberIam = Fixture.Iam(Fixture.Member.Credentials());
        await memberIam.CreateRoleAsync(new()
        {
            RoleName = "cross-target",
            AssumeRolePolicyDocument = """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole",
                 "Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/central-amp/functions/*"},"StringEquals":{"sts:ExternalId":"e"}}}]}
                """,
        }, Cancellation);

        var inPath = await Fixture.SessionAsync(Fixture.Hub, "cross-in-path", Clients.Policy("sts:AssumeRole", target), path: "/central-amp/functions/");
        var withoutPermission = await Fixture.SessionAsync(Fixture.Hub, "cross-without-permission", null, path: "/central-amp/functions/");
        var outside = await Fixture.SessionAsync(Fixture.Hub, "cross-outside", Clients.Policy("sts:AssumeRole", target));
        await Fixture.SettledAsync();

        Assert.NotNull(await Fixture.AssumeAsync(inPath, target, "e"));
        Assert.Equal("User: arn:aws:sts::111111111111:assumed-role/cross-in-path/test-session is not authorized to perform: sts:AssumeRole on resource: " + target, await DeniedAsync(inPath, target, "wrong"));
        Assert.EndsWith("because no identity-based policy allows the sts:AssumeRole action", await DeniedAsync(withoutPermission, target, "e"), StringComparison.Ordinal);
        Assert.DoesNotContain("because", await DeniedAsync(outside, target, "e"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chained_session_lasts_an_hour_at_most()
    {
        var session = await Fixture.SessionAsync(Fixture.Hub, "chain", Clients.Policy("sts:AssumeRole", "*"));
        await Fixture.SettledAsync();
        using var sts = Fixture.Sts(session);
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.AssumeRoleAsync(new() { RoleArn = "arn:aws:iam::111111111111:role/chain", RoleSessionName = "again", DurationSeconds = 3601 }, Cancellation));

        Assert.Equal(("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."), (error.ErrorCode, error.Message));
    }

    [Fact]
    public async Task A_service_account_token_opens_exactly_the_role_that_trusts_it()
    {
        var cluster = await ClusterAsync("web-identity");
        const string role = "arn:aws:iam::111111111111:role/web-identity";
        Assert.Equal(("InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {cluster.Issuer}"), await RefusedAsync(role, Token(cluster)));

        using var iam = Fixture.Iam(Fixture.Hub.Credentials());
        await iam.CreateOpenIDConnectProviderAsync(new() { Url = cluster.Issuer, ClientIDList = ["sts.amazonaws.com"] }, Cancellation);
        var issuer = cluster.Issuer["https://".Length..];
        await iam.CreateRoleAsync(new()
        {
            RoleName = "web-identity",
            AssumeRolePolicyDocument = $$$"""
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/{{{issuer}}}"},"Action":"sts:AssumeRoleWithWebIdentity",
                 "Condition":{"StringEquals":{"{{{issuer}}}:aud":"sts.amazonaws.com","{{{issuer}}}:sub":"{{{Subject}}}" } } }]}
                """,
        }, Cancellation);
        Assert.Equal("InvalidIdentityToken", (await RefusedAsync(role, Token(cluster))).Code);
        await Fixture.SettledAsync();

        using var sts = Fixture.Sts(new AnonymousAWSCredentials());
        var answer = await sts.AssumeRoleWithWebIdentityAsync(new() { RoleArn = role, RoleSessionName = "proof", WebIdentityToken = Token(cluster) }, Cancellation);
        Assert.Equal((Subject, "sts.amazonaws.com"), (answer.SubjectFromWebIdentityToken, answer.Audience));
        using var asRole = Fixture.Sts(answer.Credentials);
        Assert.Equal("arn:aws:sts::111111111111:assumed-role/web-identity/proof", (await asRole.GetCallerIdentityAsync(new(), Cancellation)).Arn);

        Assert.Equal(("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), await RefusedAsync(role, Token(cluster, subject: "system:serviceaccount:default:other")));
        Assert.Equal(("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), await RefusedAsync("arn:aws:iam::111111111111:role/nobody", Token(cluster)));
        Assert.Equal(("InvalidIdentityToken", "Incorrect token audience"), await RefusedAsync(role, Token(cluster, audience: "other")));
        Assert.Equal("ExpiredTokenException", (await RefusedAsync(role, Token(cluster, lifetime: TimeSpan.FromSeconds(-1)))).Code);
        Assert.Equal("InvalidIdentityToken", (await RefusedAsync(role, Token(cluster, signedBy: await ClusterAsync("web-identity-other")))).Code);
        Assert.Equal("InvalidIdentityToken", (await RefusedAsync(role, "no.token.atall")).Code);
    }

    [Fact]
    public async Task A_chained_ingest_role_opens_to_the_one_role_that_its_trust_names_by_its_ARN()
    {
        const string ingest = "arn:aws:iam::111111111111:role/chained-ingest";
        using var iam = Fixture.Iam(Fixture.Hub.Credentials());
        await iam.CreateRoleAsync(new()
        {
            RoleName = "chained-ingest",
            AssumeRolePolicyDocument = """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"sts:AssumeRole",
                 "Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/central-amp/chained-collector"},"StringEquals":{"aws:PrincipalOrgID":"o-twin123456"}}}]}
                """,
        }, Cancellation);
        var policy = Clients.Policy("sts:AssumeRole", ingest, """{"StringEquals":{"aws:ResourceOrgID":"o-twin123456"}}""");
        var collector = await Fixture.SessionAsync(Fixture.Member, "chained-collector", policy, path: "/central-amp/");
        var other = await Fixture.SessionAsync(Fixture.Member, "chained-other", policy, path: "/central-amp/");
        await Fixture.SettledAsync();

        Assert.NotNull(await Fixture.AssumeAsync(collector, ingest));
        Assert.DoesNotContain("because", await DeniedAsync(other, ingest, "e"), StringComparison.Ordinal);
    }

    private async Task<string> DeniedAsync(AWSCredentials caller, string roleArn, string externalId)
    {
        using var sts = Fixture.Sts(caller);
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.AssumeRoleAsync(new() { RoleArn = roleArn, RoleSessionName = "s1", ExternalId = externalId }, Cancellation));
        Assert.Equal("AccessDenied", error.ErrorCode);
        return error.Message;
    }

    private async Task<(string Code, string Message)> RefusedAsync(string roleArn, string token)
    {
        using var sts = Fixture.Sts(new AnonymousAWSCredentials());
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.AssumeRoleWithWebIdentityAsync(new() { RoleArn = roleArn, RoleSessionName = "proof", WebIdentityToken = token }, Cancellation));
        return (error.ErrorCode, error.Message);
    }

    private async Task<ITwinCluster> ClusterAsync(string name)
    {
        var arn = await Fixture.Twin.CreateClusterAsync(TwinAccounts.Member, "us-east-1", name, new Dictionary<string, string>(), new ClusterBehaviour { ActiveAfter = TimeSpan.Zero }, Cancellation);
        return Fixture.Twin.Eks.Find(arn)!.Twin;
    }

    private static string Token(ITwinCluster cluster, string subject = Subject, string audience = "sts.amazonaws.com", TimeSpan? lifetime = null, ITwinCluster? signedBy = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var head = Encode(new { alg = "RS256", kid = cluster.KeyId, typ = "JWT" });
        var body = Encode(new { iss = cluster.Issuer, sub = subject, aud = new[] { audience }, exp = (now + (lifetime ?? TimeSpan.FromMinutes(10))).ToUnixTimeSeconds() });
        var signature = (signedBy ?? cluster).SigningKey.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{head}.{body}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
