using Amazon.Runtime;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class IdentityTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_operator_is_an_administrator_of_its_own_account()
    {
        using var sts = Fixture.Sts(Fixture.Member.Credentials());
        var identity = await sts.GetCallerIdentityAsync(new(), Cancellation);

        Assert.Equal((TwinAccounts.Member, "arn:aws:iam::222222222222:user/operator"), (identity.Account, identity.Arn));
    }

    [Fact]
    public async Task A_key_that_was_not_given_out_is_refused()
    {
        using var sts = Fixture.Sts(new BasicAWSCredentials("AKIAUNKNOWNUNKNOWN00", "secret"));
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.GetCallerIdentityAsync(new(), Cancellation));

        Assert.Equal("InvalidClientTokenId", error.ErrorCode);
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_in_each_protocol()
    {
        var wrong = new BasicAWSCredentials(Fixture.Hub.Id, "not the secret");
        using var sts = Fixture.Sts(wrong);
        using var eks = Fixture.Eks(wrong);

        Assert.Equal("SignatureDoesNotMatch", (await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.GetCallerIdentityAsync(new(), Cancellation))).ErrorCode);
        Assert.Equal("InvalidSignatureException", (await Assert.ThrowsAnyAsync<AmazonServiceException>(() => eks.DescribeClusterAsync(new() { Name = "c" }, Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task A_session_without_its_token_is_refused()
    {
        var session = await (await Fixture.SessionAsync(Fixture.Hub, "without-token", null)).GetCredentialsAsync();
        using var sts = Fixture.Sts(new BasicAWSCredentials(session.AccessKey, session.SecretKey));

        Assert.Equal("InvalidClientTokenId", (await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.GetCallerIdentityAsync(new(), Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task A_session_of_a_role_may_nothing_that_its_policies_do_not_allow()
    {
        var session = await Fixture.SessionAsync(Fixture.Hub, "only-get-role", Clients.Policy("iam:GetRole", "arn:aws:iam::111111111111:role/only-get-role"));
        await Fixture.SettledAsync();
        using var iam = Fixture.Iam(session);

        Assert.Equal("only-get-role", (await iam.GetRoleAsync(new() { RoleName = "only-get-role" }, Cancellation)).Role.RoleName);
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => iam.DeleteRoleAsync(new() { RoleName = "only-get-role" }, Cancellation));
        Assert.Equal("AccessDenied", error.ErrorCode);
        Assert.Equal(
            "User: arn:aws:sts::111111111111:assumed-role/only-get-role/test-session is not authorized to perform: iam:DeleteRole on resource: arn:aws:iam::111111111111:role/only-get-role because no identity-based policy allows the iam:DeleteRole action",
            error.Message);
        var recorded = Fixture.Calls.All.Last(call => call.Action == "DeleteRole" && call.Resource.EndsWith("only-get-role", StringComparison.Ordinal));
        Assert.Equal(("Deny", true, "iam", 403), (recorded.Decision, recorded.Write, recorded.Service, recorded.Status));
        Assert.Equal(["iam:DeleteRole"], recorded.Permissions);
    }

    [Fact]
    public async Task A_change_to_IAM_takes_effect_only_after_a_while()
    {
        var session = await Fixture.SessionAsync(Fixture.Hub, "settles", null);
        using var operatorIam = Fixture.Iam(Fixture.Hub.Credentials());
        using var iam = Fixture.Iam(session);

        await operatorIam.PutRolePolicyAsync(new() { RoleName = "settles", PolicyName = "p", PolicyDocument = Clients.Policy("iam:ListRoles", "*") }, Cancellation);
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => iam.ListRolePoliciesAsync(new() { RoleName = "settles" }, Cancellation));
        await operatorIam.PutRolePolicyAsync(new() { RoleName = "settles", PolicyName = "p", PolicyDocument = Clients.Policy("iam:ListRolePolicies", "*") }, Cancellation);
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => iam.ListRolePoliciesAsync(new() { RoleName = "settles" }, Cancellation));
        await Fixture.SettledAsync();

        Assert.Equal(["p"], (await iam.ListRolePoliciesAsync(new() { RoleName = "settles" }, Cancellation)).PolicyNames);
    }

    [Fact]
    public async Task A_role_is_created_only_with_the_boundary_and_the_path_that_the_policy_asks_for()
    {
        // The boundary must exist; the twin's operator makes it, as the stack would.
        var boundary = await CreatePolicyAsync("creates-boundary");
        var policy = $$$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"iam:CreateRole","Resource":"arn:aws:iam::111111111111:role/central-amp/*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"{{{boundary}}}" } } },
              {"Effect":"Allow","Action":"iam:TagRole","Resource":"arn:aws:iam::111111111111:role/central-amp/*","Condition":{"ForAllValues:StringLike":{"aws:TagKeys":"central-amp:*" } } }]}
            """;
        using var iam = Fixture.Iam(await Fixture.SessionAsync(Fixture.Hub, "creator", policy));
        await Fixture.SettledAsync();
        Task CreateAsync(string path, string? with, string tag) => iam.CreateRoleAsync(new()
        {
            RoleName = "created", Path = path, PermissionsBoundary = with, Tags = [new() { Key = tag, Value = "v" }],
            AssumeRolePolicyDocument = """{"Version":"2012-10-17","Statement":[]}""",
        }, Cancellation);

        await DeniedAsync("iam:CreateRole", () => CreateAsync("/", boundary, "central-amp:x"));
        await DeniedAsync("iam:CreateRole", () => CreateAsync("/central-amp/", null, "central-amp:x"));
        await DeniedAsync("iam:TagRole", () => CreateAsync("/central-amp/", boundary, "other"));
        await CreateAsync("/central-amp/", boundary, "central-amp:x");
    }

    [Fact]
    public async Task A_boundary_and_a_service_control_policy_are_told_apart_from_a_missing_permission()
    {
        var boundary = await CreatePolicyAsync("told-apart-boundary", "sts:*");
        using var limited = Fixture.Iam(await Fixture.SessionAsync(Fixture.Hub, "limited", Clients.Policy("*", "*"), boundary));
        using var member = Fixture.Iam(await Fixture.SessionAsync(Fixture.Member, "controlled", Clients.Policy("*", "*")));
        await Fixture.SettledAsync();

        Assert.Contains("because no permissions boundary allows the iam:ListRolePolicies action", await DeniedAsync("iam:ListRolePolicies", () => limited.ListRolePoliciesAsync(new() { RoleName = "limited" }, Cancellation)), StringComparison.Ordinal);
        Assert.Contains("with an explicit deny in a service control policy", await DeniedAsync("iam:CreateOpenIDConnectProvider", () => member.CreateOpenIDConnectProviderAsync(new() { Url = "https://oidc.example/id/A" }, Cancellation)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IAM_checks_what_moto_does_not()
    {
        using var iam = Fixture.Iam(Fixture.Hub.Credentials());
        async Task<string> CreateAsync(string name, string trust, string? boundary = null) => (await Assert.ThrowsAnyAsync<AmazonServiceException>(
            () => iam.CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = trust, PermissionsBoundary = boundary }, Cancellation))).ErrorCode;
        const string trust = """{"Version":"2012-10-17","Statement":[]}""";

        Assert.Equal("ValidationError", await CreateAsync(new string('a', 65), trust));
        Assert.Equal("MalformedPolicyDocument", await CreateAsync("a", "{"));
        Assert.Equal("MalformedPolicyDocument", await CreateAsync("a", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/nobody"},"Action":"sts:AssumeRole"}]}"""));
        Assert.Equal("LimitExceeded", await CreateAsync("a", $$"""{"Version":"2012-10-17","Statement":[],"Id":"{{new string('x', 2048)}}"}"""));
        Assert.Equal("NoSuchEntity", await CreateAsync("a", trust, "arn:aws:iam::111111111111:policy/nothing"));
    }

    private async Task<string> DeniedAsync(string action, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(call);
        Assert.Equal("AccessDenied", error.ErrorCode);
        Assert.Contains($"is not authorized to perform: {action} on resource", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    // CreatePolicy is not among the operations of the generated client: a stack makes boundaries.
    private async Task<string> CreatePolicyAsync(string name, string action = "*")
    {
        var arn = await RawCalls.QueryAsync(Fixture, Fixture.Hub, "iam", "2010-05-08", new Dictionary<string, string>
        {
            ["Action"] = "CreatePolicy", ["PolicyName"] = name, ["PolicyDocument"] = Clients.Policy(action, "*"),
        });
        Assert.Contains($"policy/{name}", arn, StringComparison.Ordinal);
        return $"arn:aws:iam::111111111111:policy/{name}";
    }
}
