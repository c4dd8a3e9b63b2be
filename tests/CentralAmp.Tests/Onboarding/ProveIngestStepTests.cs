using System.Net;
using Amazon.Runtime;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Proof;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class ProveIngestStepTests : IAsyncLifetime
{
    private readonly FakeCollectorCluster cluster = new();
    private readonly FakeTrustStores accounts = new();
    private readonly FakeWebIdentity sts = new();
    private readonly HttpClient http = new();
    private AnsweringServer amp = null!;

    private FakeTrustStore iam => accounts.Hub;

    private string mode = TrustModes.Direct;
    private string? previous;

    private OnboardingPlan Plan => TrustPoliciesTests.Plan() with { TrustMode = mode, Collector = cluster.Collector, WorkspaceEndpoint = $"{amp.Address}/workspaces/ws-1/" };

    private ClusterTrust Trust => ClusterTrust.For(Some.Cluster(), Some.Described(), Plan.PlannedTrust(), Some.Settings);

    private DesiredTrust Desired => Trust.Hub;

    public async ValueTask InitializeAsync()
    {
        amp = await AnsweringServer.StartAsync();
        amp.Always = (HttpStatusCode.OK, "text/plain", "");
        iam.Settle(Desired);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        cluster.Dispose();
        await amp.DisposeAsync();
    }

    [Fact]
    public async Task One_signed_sample_is_written_with_the_collectors_identity()
    {
        await ProveAsync();
        Assert.Equal((Desired.RoleArn, cluster.Token, "us-east-1"), Assert.Single(sts.Asked));
        var (method, path, headers, body) = Assert.Single(amp.Requests);
        Assert.Equal(("POST", "/workspaces/ws-1/api/v1/remote_write"), (method, path));
        Assert.Equal(("application/x-protobuf", "snappy", "0.1.0"), (headers["Content-Type"], headers["Content-Encoding"], headers["X-Prometheus-Remote-Write-Version"]));
        Assert.Contains("/us-east-1/aps/aws4_request", headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal("session", headers["X-Amz-Security-Token"]);
        Assert.NotEmpty(body);
        Assert.Empty(cluster.Writes);
        Assert.Equal(0, iam.Reads);
    }

    public static TheoryData<string, Func<string, string>> WrongTokens => new()
    {
        { "another issuer", _ => FakeCollectorCluster.TokenOf("https://oidc.eks.us-east-1.amazonaws.com/id/OTHER", "system:serviceaccount:monitoring:stack-prometheus") },
        { "another subject", issuer => FakeCollectorCluster.TokenOf(issuer, "system:serviceaccount:monitoring:default") },
        { "no token", _ => "" },
        { "no JSON", _ => "a.b.c" },
        { "a list", _ => "a.W10.c" },
    };

    [Theory]
    [MemberData(nameof(WrongTokens), DisableDiscoveryEnumeration = true)]
    public async Task A_token_with_unexpected_claims_is_not_sent_to_STS(string name, Func<string, string> token)
    {
        cluster.Token = token(Some.Observed.Issuer!);
        var failure = await Assert.ThrowsAsync<BlockedException>(ProveAsync);
        Assert.True(failure.Cause == Causes.TokenIssuerMismatch, name);
        Assert.Empty(sts.Asked);
    }

    public static TheoryData<string, Action<FakeTrustStore, DesiredTrust>, string, string, string> Denials => new()
    {
        { "subject", (iam, _) => Replace(iam, "serviceaccount:monitoring", "serviceaccount:elsewhere"), "AccessDenied", "Not authorized", Causes.TrustSubjectMismatch },
        { "subject as a pattern", (iam, _) => Replace(iam, "StringEquals", "StringNotEquals"), "AccessDenied", "Not authorized", Causes.TrustSubjectMismatch },
        { "audience in the policy", (iam, _) => Replace(iam, "sts.amazonaws.com", "sts.example.com"), "AccessDenied", "Not authorized", Causes.TrustAudienceMismatch },
        { "audience of the provider", (iam, _) => iam.Provider = new ObservedProvider(["other"], new Dictionary<string, string>()), "InvalidIdentityToken", "Incorrect token audience", Causes.TrustAudienceMismatch },
        { "signature", (_, _) => { }, "InvalidIdentityToken", "The token's signature is invalid", Causes.TokenIssuerMismatch },
    };

    [Theory]
    [MemberData(nameof(Denials), DisableDiscoveryEnumeration = true)]
    public async Task A_denial_by_STS_names_the_part_that_differs(
        string name, Action<FakeTrustStore, DesiredTrust> wrong, string code, string message, string cause)
    {
        wrong(iam, Desired);
        sts.Denial = (code, message);
        var failure = await Assert.ThrowsAsync<BlockedException>(ProveAsync);
        Assert.True(failure.Cause == cause, $"{name}: {failure.Message}");
        Assert.Contains(message, failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(amp.Requests);
    }

    [Theory]
    [InlineData("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")]
    [InlineData("InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://oidc")]
    [InlineData("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider")]
    public async Task A_denial_with_everything_as_desired_is_waited_for(string code, string message)
    {
        sts.Denial = (code, message);
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    [Fact]
    public async Task A_denial_without_a_role_is_waited_for()
    {
        iam.Role = null;
        sts.Denial = ("AccessDenied", "Not authorized");
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    public static TheoryData<string, Action<FakeTrustStore>, string, string> WriteDenials => new()
    {
        { "no policy", iam => iam.Policy = null, "", Causes.IngestPolicyMismatch },
        { "another workspace", iam => iam.Policy = iam.Policy!.Replace("ws-1111", "ws-9999", StringComparison.Ordinal), "", Causes.IngestPolicyMismatch },
        { "organization", _ => { }, "with an explicit deny in a service control policy", Causes.DeniedByServiceControlPolicy },
        { "boundary", _ => { }, "because no permissions boundary allows the aps:RemoteWrite action", Causes.DeniedByPermissionsBoundary },
        { "another boundary", iam => iam.Role = iam.Role! with { BoundaryArn = "arn:aws:iam::1:policy/other" }, "", Causes.DeniedByPermissionsBoundary },
    };

    [Theory]
    [MemberData(nameof(WriteDenials), DisableDiscoveryEnumeration = true)]
    public async Task A_denial_by_the_workspace_names_the_part_that_differs(string name, Action<FakeTrustStore> wrong, string message, string cause)
    {
        wrong(iam);
        amp.Always = (HttpStatusCode.Forbidden, "application/json", $$"""{"message":"not authorized {{message}}"}""");
        var failure = await Assert.ThrowsAsync<BlockedException>(ProveAsync);
        Assert.True(failure.Cause == cause, $"{name}: {failure.Message}");
    }

    [Fact]
    public async Task A_denial_of_the_workspace_with_everything_as_desired_is_waited_for()
    {
        amp.Always = (HttpStatusCode.Forbidden, "application/json", """{"message":"not authorized"}""");
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    [Theory]
    [InlineData(400, "label name too long", typeof(BlockedException), Causes.WorkspaceRejectedSamples)]
    [InlineData(404, "no such workspace", typeof(BlockedException), Causes.WorkspaceNotFound)]
    [InlineData(413, "too large", typeof(BlockedException), Causes.WorkspaceRejectedSamples)]
    [InlineData(429, "Rate exceeded", typeof(TransientException), Causes.WorkspaceThrottled)]
    [InlineData(500, "oops", typeof(TransientException), Causes.WorkspaceUnavailable)]
    [InlineData(503, "", typeof(TransientException), Causes.WorkspaceUnavailable)]
    public async Task An_answer_of_the_workspace_gets_its_cause(int status, string body, Type kind, string cause)
    {
        amp.Always = ((HttpStatusCode)status, "text/plain", body);
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(ProveAsync);
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
        Assert.Contains($"HTTP {status}", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_that_the_workspace_did_not_take_because_it_has_a_later_one_proves_nothing()
    {
        amp.Always = (HttpStatusCode.BadRequest, "text/plain", "out of order sample");
        Assert.Equal(Causes.WorkspaceRejectedSamples, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    [Fact]
    public async Task No_answer_of_the_workspace_is_transient()
    {
        await amp.DisposeAsync();
        Assert.Equal(Causes.WorkspaceUnavailable, (await Assert.ThrowsAsync<TransientException>(() => ProveAsync("http://127.0.0.1:1/"))).Cause);
        amp = await AnsweringServer.StartAsync();
    }

    [Fact]
    public async Task A_missing_service_account_is_reported_with_the_answer_of_the_API()
    {
        cluster.FailOnce($"POST {KubernetesPath.TokenRequest("monitoring", "stack-prometheus")}", 404, "NotFound", "serviceaccounts \"stack-prometheus\" not found");
        var failure = await Assert.ThrowsAsync<TransientException>(ProveAsync);
        Assert.Equal(Causes.KubernetesConflict, failure.Cause);
    }

    [Fact]
    public async Task With_chained_trust_the_collector_role_assumes_the_ingest_role_in_the_region_of_the_workspace()
    {
        Chain();
        await ProveAsync();
        Assert.Equal((Trust.Member!.RoleArn, cluster.Token, "us-east-1"), Assert.Single(sts.Asked));
        Assert.Equal((Trust.Hub.RoleArn, "ASIAEXAMPLE", "us-east-1"), Assert.Single(sts.Chained));
        Assert.Equal("chained-session", Assert.Single(amp.Requests).Headers["X-Amz-Security-Token"]);
        Assert.Equal((0, 0), (iam.Reads, accounts.Member.Reads));
    }

    [Fact]
    public async Task With_chained_trust_a_denied_token_is_diagnosed_in_the_member_account()
    {
        Chain();
        Replace(accounts.Member, "serviceaccount:monitoring", "serviceaccount:elsewhere");
        sts.Denial = ("AccessDenied", "Not authorized");
        Assert.Equal(Causes.TrustSubjectMismatch, (await Assert.ThrowsAsync<BlockedException>(ProveAsync)).Cause);
        Assert.Empty(sts.Chained);
        Assert.Equal((0, 1, 1), (iam.Reads, accounts.Member.Reads, accounts.Member.Disposed));
    }

    public static TheoryData<string, Action<FakeTrustStores>, string, string, string> ChainDenials => new()
    {
        { "no permission", accounts => accounts.Member.Policy = null, "because no identity-based policy allows it", Causes.IngestPolicyMismatch, "central-amp-assume-ingest" },
        { "another permission", accounts => accounts.Member.Policy = TrustPolicies.AssumeIngest("arn:aws:iam::111111111111:role/other"), "no identity-based policy", Causes.IngestPolicyMismatch, "does not grant sts:AssumeRole on exactly" },
        { "trust of another role", accounts => Replace(accounts.Hub, ":role/central-amp/", ":role/elsewhere/"), "because no resource-based policy allows it", Causes.TrustSubjectMismatch, "role/elsewhere/" },
        { "trust of a pattern", accounts => Replace(accounts.Hub, "ArnEquals", "ArnLike"), "not authorized", Causes.TrustSubjectMismatch, "the trust policy of the ingest role" },
        { "boundary of the collector", accounts => accounts.Member.Role = accounts.Member.Role! with { BoundaryArn = "" }, "not authorized", Causes.DeniedByPermissionsBoundary, "does not allow sts:AssumeRole" },
        { "boundary that STS names", _ => { }, "no permissions boundary allows the sts:AssumeRole action", Causes.DeniedByPermissionsBoundary, "does not allow sts:AssumeRole" },
        { "the organization", _ => { }, "with an explicit deny in a service control policy", Causes.DeniedByServiceControlPolicy, "denies sts:AssumeRole" },
    };

    [Theory]
    [MemberData(nameof(ChainDenials), DisableDiscoveryEnumeration = true)]
    public async Task A_denial_of_the_second_role_names_the_part_that_differs(
        string name, Action<FakeTrustStores> wrong, string message, string cause, string mention)
    {
        Chain();
        wrong(accounts);
        sts.ChainDenial = ("AccessDenied", message);
        var failure = await Assert.ThrowsAsync<BlockedException>(ProveAsync);
        Assert.True(failure.Cause == cause, $"{name}: {failure.Message}");
        Assert.Contains(mention, failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(amp.Requests);
    }

    [Fact]
    public async Task A_denial_of_the_second_role_with_everything_as_desired_is_waited_for()
    {
        Chain();
        sts.ChainDenial = ("AccessDenied", "not authorized to perform sts:AssumeRole");
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
        accounts.Hub.Role = null;
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    [Fact]
    public async Task During_a_move_the_diagnosis_of_a_denial_accepts_the_wider_policy()
    {
        previous = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-old";
        iam.Settle(Desired.StillGranting(previous));
        amp.Always = (HttpStatusCode.Forbidden, "text/plain", "not authorized");
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(ProveAsync)).Cause);
    }

    private void Chain()
    {
        mode = TrustModes.Chained;
        accounts.Settle(Trust);
    }

    private Task ProveAsync() => ProveAsync(null);

    private Task<ProveIngestResult> ProveAsync(string? endpoint)
    {
        var plan = endpoint is null ? Plan : TrustPoliciesTests.Plan() with { Collector = cluster.Collector, WorkspaceEndpoint = endpoint };
        var clock = new FakeClock(Some.Noon);
        var step = new ProveIngestStep(
            cluster, sts, new WorkspaceDataPlane(http, clock), accounts, Some.Settings, clock, NullLogger<ProveIngestStep>.Instance);
        var trust = new EnsureTrustResult(Change.Created, "", "", RbacAccess.Allowed) { PreviousWorkspaceArn = previous };
        return step.RunAsync(new ProveIngestRequest(Some.Execution(), Some.Cluster(), Some.Described(), plan, trust), TestContext.Current.CancellationToken);
    }

    private static void Replace(FakeTrustStore iam, string part, string instead) =>
        iam.Role = iam.Role! with { TrustPolicy = iam.Role.TrustPolicy.Replace(part, instead, StringComparison.Ordinal) };

    private sealed class FakeWebIdentity : IWebIdentity
    {
        public List<(string RoleArn, string Token, string Region)> Asked { get; } = [];

        public (string Code, string Message)? Denial { get; set; }

        public List<(string RoleArn, string AccessKey, string Region)> Chained { get; } = [];

        public (string Code, string Message)? ChainDenial { get; set; }

        public Task<WebIdentityAnswer> ChainAsync(string roleArn, ImmutableCredentials collector, string region, CancellationToken cancellationToken)
        {
            Chained.Add((roleArn, collector.AccessKey, region));
            return Task.FromResult(ChainDenial is { } denial
                ? new WebIdentityAnswer(null, denial.Code, denial.Message)
                : new WebIdentityAnswer(new ImmutableCredentials("ASIACHAINED", "secret", "chained-session")));
        }

        public Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken)
        {
            Asked.Add((roleArn, token, region));
            return Task.FromResult(Denial is { } denial
                ? new WebIdentityAnswer(null, denial.Code, denial.Message)
                : new WebIdentityAnswer(new ImmutableCredentials("ASIAEXAMPLE", "secret", "session")));
        }
    }
}
