using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Access;

/// <summary>The switch of a cluster that uses only its ConfigMap: only if allowed, once, never back, and its failure is reported.</summary>
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
    public async Task Nothing_is_switched_unless_the_installation_allows_it()
    {
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(switches: false));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.StartsWith("aws eks update-cluster-config", blocked.Remedy, StringComparison.Ordinal);
        Assert.Empty(eks.Configurations);
    }

    [Fact]
    public async Task A_dry_run_announces_the_irreversible_switch_and_does_not_make_it()
    {
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(dryRun: true));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.Contains("cannot be undone", blocked.Sentence, StringComparison.Ordinal);
        Assert.Empty(eks.Configurations);
    }

    [Fact]
    public async Task The_switch_adds_access_entries_and_changes_nothing_else()
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
    public async Task A_cluster_that_supports_access_entries_is_never_changed(string mode)
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
    public async Task While_another_update_runs_the_cluster_is_read_again()
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
    public async Task An_execution_waits_for_a_switch_that_is_not_visible_yet_and_does_not_repeat_it(string status)
    {
        var before = await RunAsync();
        eks.Updates["u-1"]["status"] = status;
        Assert.Equal(before with { Change = Change.Unchanged, Checks = 2 }, await RunAsync(before: before));
        Assert.Single(eks.Configurations);
    }

    [Fact]
    public async Task A_failed_switch_is_reported_with_the_error_of_EKS()
    {
        var before = await RunAsync();
        eks.Updates["u-1"]["status"] = "Failed";
        eks.Updates["u-1"]["errors"] = JsonNode.Parse("""[{"errorCode":"AdmissionRequestDenied","errorMessage":"no way"}]""");
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync(before: before));
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, blocked.Cause);
        Assert.Contains("AdmissionRequestDenied: no way", blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_that_never_becomes_visible_fails()
    {
        var before = new SwitchAuthenticationModeResult(Change.Unchanged, null, AuthenticationModeDecision.MostReads, 30);
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, (await Assert.ThrowsAsync<BlockedException>(() => RunAsync(before: before))).Cause);
    }

    [Fact]
    public async Task A_platform_version_without_access_entries_is_reported()
    {
        eks.NextError = (400, "InvalidParameterException", "The platform version is too old");
        var blocked = await Assert.ThrowsAsync<BlockedException>(() => RunAsync());
        Assert.Equal(Causes.AuthenticationModeSwitchFailed, blocked.Cause);
        Assert.Contains("platform version is too old", blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_in_the_member_account_has_its_own_cause()
    {
        eks.NextError = (403, "AccessDeniedException", "User: x is not authorized to perform: eks:UpdateClusterConfig");
        Assert.Equal(Causes.MemberPermissionMissing, (await Assert.ThrowsAsync<BlockedException>(() => RunAsync())).Cause);
    }

    private Task<SwitchAuthenticationModeResult> RunAsync(
        bool switches = true, bool dryRun = false, ClusterDescription? described = null, SwitchAuthenticationModeResult? before = null) =>
        new SwitchAuthenticationModeStep(
            new EksAuthenticationModes(clients), Some.Registry(), Some.Settings with { SwitchConfigMap = switches }, NullLogger<SwitchAuthenticationModeStep>.Instance)
            .RunAsync(new SwitchAuthenticationModeRequest(Some.Execution(), Some.Cluster(), described ?? OnlyConfigMap, dryRun, before), Cancelled);
}
