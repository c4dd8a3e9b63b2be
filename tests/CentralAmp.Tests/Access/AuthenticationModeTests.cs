using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Access;

/// <summary>The switch of a cluster that knows only its ConfigMap: asked for, once, never narrower, and its failure told.</summary>
public sealed class AuthenticationModeTests : IAsyncLifetime
{
    private readonly FakeSts sts = new(TimeProvider.System);
    private FakeEks eks = null!;
    private AwsClients clients = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ClusterDescription OnlyConfigMap => Some.Described() with { AuthenticationMode = "CONFIG_MAP" };

    public async ValueTask InitializeAsync()
    {
        eks = await FakeEks.StartAsync();
        clients = new AwsClients(new MemberAccounts(sts, Some.Settings, TimeProvider.System), config =>
        {
            config.ServiceURL = eks.Address;
            config.AuthenticationRegion = "us-east-1";
            config.MaxErrorRetry = 0;
        });
    }

    public async ValueTask DisposeAsync()
    {
        clients.Dispose();
        sts.Dispose();
        await eks.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_switched_unless_the_installation_says_so()
    {
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(switches: false));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.StartsWith("aws eks update-cluster-config", blocked.Remedy, StringComparison.Ordinal);
        Assert.Empty(eks.Configurations);
    }

    [Fact]
    public async Task A_dry_run_says_what_a_real_one_would_do_for_good_and_does_not_do_it()
    {
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(dryRun: true));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.Contains("cannot be undone", blocked.Sentence, StringComparison.Ordinal);
        Assert.Empty(eks.Configurations);
    }

    [Fact]
    public async Task The_mode_gets_wider_and_nothing_else_changes()
    {
        var result = await RunAsync();
        Assert.Equal(new SwitchAuthenticationModeResult(Change.Updated, "u-1", 1, 60), result);
        var sent = Assert.Single(eks.Configurations);
        Assert.Equal(["accessConfig", "clientRequestToken"], sent.Select(field => field.Key).Order());
        Assert.Equal("""{"authenticationMode":"API_AND_CONFIG_MAP"}""", sent["accessConfig"]!.ToJsonString());
    }

    [Theory]
    [InlineData("API")]
    [InlineData("API_AND_CONFIG_MAP")]
    public async Task A_cluster_that_knows_access_entries_is_never_touched(string mode)
    {
        Assert.Equal(Change.Unchanged, (await RunAsync(described: OnlyConfigMap with { AuthenticationMode = mode })).Change);
        Assert.Empty(eks.Configurations);
    }

    [Fact]
    public async Task A_repeated_call_of_one_execution_asks_for_the_same_update()
    {
        await RunAsync();
        await RunAsync();
        Assert.Single(eks.Configurations.Select(sent => (string?)sent["clientRequestToken"]).Distinct());
    }

    [Fact]
    public async Task While_another_update_runs_the_cluster_is_looked_at_again()
    {
        eks.Updates["u-0"] = new JsonObject { ["id"] = "u-0", ["status"] = "InProgress" };
        var busy = await RunAsync();
        Assert.Equal(new SwitchAuthenticationModeResult(Change.Unchanged, null, 1, 60), busy);
        eks.Updates.Clear();
        Assert.Equal(new SwitchAuthenticationModeResult(Change.Updated, "u-1", 2, 60), await RunAsync(before: busy));
    }

    [Theory]
    [InlineData("InProgress")]
    [InlineData("Successful")]
    public async Task A_switch_that_does_not_show_yet_is_waited_for_and_not_repeated(string status)
    {
        var before = await RunAsync();
        eks.Updates["u-1"]["status"] = status;
        Assert.Equal(before with { Change = Change.Unchanged, Checks = 2 }, await RunAsync(before: before));
        Assert.Single(eks.Configurations);
    }

    [Fact]
    public async Task A_switch_that_failed_is_told_with_the_words_of_EKS()
    {
        var before = await RunAsync();
        eks.Updates["u-1"]["status"] = "Failed";
        eks.Updates["u-1"]["errors"] = JsonNode.Parse("""[{"errorCode":"AdmissionRequestDenied","errorMessage":"no way"}]""");
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(before: before));
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, blocked.Cause);
        Assert.Contains("AdmissionRequestDenied: no way", blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_that_never_shows_ends()
    {
        var before = new SwitchAuthenticationModeResult(Change.Unchanged, null, AuthenticationModeDecision.MostLooks, 30);
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, (await Assert.ThrowsAsync<BlockedException>(() => RunAsync(before: before))).Cause);
    }

    [Fact]
    public async Task A_platform_that_knows_no_access_entries_is_told()
    {
        eks.NextError = (400, "InvalidParameterException", "The platform version is too old");
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync());
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, blocked.Cause);
        Assert.Contains("platform version is too old", blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_did_not_allow_it_is_told_apart()
    {
        eks.NextError = (403, "AccessDeniedException", "User: x is not authorized to perform: eks:UpdateClusterConfig");
        Assert.Equal(Causes.MemberPermissionMissing, (await Assert.ThrowsAsync<BlockedException>(() => RunAsync())).Cause);
    }

    private Task<SwitchAuthenticationModeResult> RunAsync(
        bool switches = true, bool dryRun = false, ClusterDescription? described = null, SwitchAuthenticationModeResult? before = null) =>
        new SwitchAuthenticationModeStep(
            new EksAuthenticationModes(clients), Some.Settings with { SwitchConfigMap = switches }, NullLogger<SwitchAuthenticationModeStep>.Instance)
            .RunAsync(new SwitchAuthenticationModeRequest(Some.Execution(), Some.Cluster(), described ?? OnlyConfigMap, dryRun, before), Cancelled);
}
