using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>The real templates in three accounts and two regions.</summary>
public sealed class DeployedOrganizationFixture : IAsyncLifetime
{
    private DeployedAws? aws;

    public AwsTwin Twin => aws!.Twin;

    public CallLog Calls => aws!.Calls;

    public async ValueTask InitializeAsync() =>
        aws = await DeployedAws.StartAsync(
            options => options with
            {
                ClusterAccounts = TwinAccounts.All,
                Regions = ["us-east-1", "eu-west-1"],
                EarlierWorkspaces = new Dictionary<string, string> { ["earlier"] = "eu-west-1" },
            },
            ("MoreWorkspaceArns", "{earlier}"));

    public async ValueTask DisposeAsync()
    {
        if (aws is not null)
            await aws.DisposeAsync();
    }
}

public sealed class DeployedOrganizationTests(DeployedOrganizationFixture fixture) : IClassFixture<DeployedOrganizationFixture>
{
    private readonly AwsTwin twin = fixture.Twin;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_account_has_a_member_stack_in_every_region_and_one_member_role()
    {
        var members = twin.Stacks.Where(stack => stack.IsMembers).Select(stack => (stack.AccountId, stack.Region)).Order().ToList();

        Assert.Equal((from account in TwinAccounts.All from region in (string[])["eu-west-1", "us-east-1"] select (account, region)).ToList(), members);
        Assert.All(TwinAccounts.All, account => Assert.NotNull(twin.Iam.Newest(account).RoleNamed("CentralAmpMember")));
        Assert.StartsWith($"arn:aws:aps:eu-west-1:{TwinAccounts.Hub}:workspace/ws-", twin.EarlierWorkspaces["earlier"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_in_another_account_and_region_is_seen_by_the_hub_under_its_own_name()
    {
        var arn = await twin.CreateClusterAsync(TwinAccounts.OtherMember, "eu-west-1", "far-away", new Dictionary<string, string>(), new ClusterBehaviour(), Cancellation);
        TwinExecution? execution = null;
        while (execution is null || execution.IsRunning)
        {
            execution = (await twin.ExecutionsAsync(Cancellation)).FirstOrDefault(item => item.Input!.Contains(arn, StringComparison.Ordinal));
            await Task.Delay(200, Cancellation);
        }

        // Up to the Kubernetes API, which is not there.
        Assert.Equal("EndpointRefused", execution.Error);
        Assert.Contains(fixture.Calls.All, call => call is { Action: "DescribeCluster", Decision: "Allow" } && call.Resource == arn);
        Assert.Contains(fixture.Calls.All, call => call is { Service: "events", Action: "PutEvents", Decision: "Allow" } && call.Caller.StartsWith($"arn:aws:iam::{TwinAccounts.OtherMember}:role/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_schedule_starts_a_sweep_in_its_own_role()
    {
        var execution = await twin.RunScheduleAsync(Machine.Sweep, Cancellation);
        while ((await twin.ExecutionAsync(execution, Cancellation)).IsRunning)
            await Task.Delay(200, Cancellation);

        Assert.Equal("SUCCEEDED", (await twin.ExecutionAsync(execution, Cancellation)).Status);
        Assert.Contains(fixture.Calls.All, call => call is { Service: "organizations", Action: "ListAccounts", Decision: "Allow" });
        Assert.Contains(fixture.Calls.All, call => call is { Action: "ListClusters", Decision: "Allow" } && call.Caller.StartsWith($"arn:aws:sts::{TwinAccounts.Member}:", StringComparison.Ordinal));
    }
}
