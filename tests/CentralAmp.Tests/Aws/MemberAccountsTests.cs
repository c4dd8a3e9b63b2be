using System.Net;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Aws;

public sealed class MemberAccountsTests : IDisposable
{
    private readonly FakeClock clock = new(Some.Noon);
    private readonly FakeSts sts;

    public MemberAccountsTests() => sts = new FakeSts(clock);

    public void Dispose() => sts.Dispose();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_member_role_is_assumed_in_a_session_named_after_the_execution()
    {
        await AssumeAsync("first");
        Assert.Equal(("arn:aws:iam::222222222222:role/CentralAmpMember", "central-amp-first"), Assert.Single(sts.Assumed));
    }

    [Fact]
    public async Task Credentials_are_cached_until_shortly_before_they_expire()
    {
        var members = Members();
        var first = await members.AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution(), Cancelled);
        clock.Advance(TimeSpan.FromMinutes(54));
        Assert.Same(first, await members.AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution(), Cancelled));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotSame(first, await members.AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution(), Cancelled));
        Assert.Equal(2, sts.Assumed.Count);
    }

    [Fact]
    public async Task Each_execution_has_a_separate_session()
    {
        var members = Members();
        await members.AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution("first"), Cancelled);
        await members.AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution("second"), Cancelled);
        Assert.Equal(["central-amp-first", "central-amp-second"], sts.Assumed.Select(call => call.Session));
    }

    [Fact]
    public void A_session_name_is_valid_for_STS()
    {
        var name = MemberAccounts.SessionName(Some.Execution("b1c9d2f0-1111-2222-3333-444455556666_7d3f7f0e-3f70-4f2c-8f1e ö/x" + new string('y', 40)));
        Assert.Equal(64, name.Length);
        Assert.Matches(@"\A[\w+=,.@-]+\z", name);
    }

    [Fact]
    public async Task A_member_account_without_the_role_is_blocked_and_the_remedy_names_the_template()
    {
        sts.Failure = new AmazonServiceException("User: x is not authorized to perform: sts:AssumeRole", ErrorType.Sender, "AccessDenied", "r", HttpStatusCode.Forbidden);
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => AssumeAsync("first"));
        Assert.Equal(Causes.MemberRoleNotAssumable, blocked.Cause);
        Assert.Contains("src/MemberAccount/template.yaml in account 222222222222", blocked.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_control_policy_is_not_mistaken_for_a_missing_role()
    {
        sts.Failure = new AmazonServiceException(
            "x is not authorized to perform: sts:AssumeRole with an explicit deny in a service control policy", ErrorType.Sender, "AccessDenied", "r", HttpStatusCode.Forbidden);
        Assert.Equal(Causes.DeniedByServiceControlPolicy, (await Assert.ThrowsAsync<BlockedException>(() => AssumeAsync("first"))).Cause);
    }

    [Fact]
    public async Task Throttling_of_STS_is_transient()
    {
        sts.Failure = new AmazonServiceException("Rate exceeded", ErrorType.Sender, "Throttling", "r", HttpStatusCode.BadRequest);
        Assert.Equal(Causes.Throttled, (await Assert.ThrowsAsync<TransientException>(() => AssumeAsync("first"))).Cause);
    }

    private MemberAccounts Members() => new(sts, Some.Settings, clock);

    private Task<ImmutableCredentials> AssumeAsync(string execution) => Members().AssumeAsync(Some.Cluster(), MemberRole.Looking, Some.Execution(execution), Cancelled);
}
