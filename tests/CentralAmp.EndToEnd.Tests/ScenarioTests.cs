using CentralAmp.Twin.Scenarios;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Each scenario defines its own checks. Its command exits with 0 if and only if all of them passed.</summary>
public sealed class ScenarioTests(ScenarioWorlds worlds)
{
    [Fact]
    public Task The_scenario_organization_ends_right() => EndsRightAsync("organization");

    [Fact]
    public Task The_scenario_recreate_ends_right() => EndsRightAsync("recreate");

    [Fact]
    public Task The_scenario_offboard_ends_right() => EndsRightAsync("offboard");

    [Fact]
    public Task The_scenario_sweep_ends_right() => EndsRightAsync("sweep");

    [Fact]
    public Task The_scenario_reroute_ends_right() => EndsRightAsync("reroute");

    [Fact]
    public Task The_scenario_deliveries_ends_right() => EndsRightAsync("deliveries");

    [Fact]
    public Task The_scenario_attacks_ends_right() => EndsRightAsync("attacks");

    [Fact]
    public async Task In_the_organization_twelve_clusters_are_verified_in_two_workspaces_with_both_trust_modes_and_no_unexpected_object_remains()
    {
        var result = await worlds.ResultAsync("organization");

        Assert.Equal(12, result.Report.Clusters.Count(cluster => cluster is { Outcome: "Verified", Expected: "Verified" }));
        Assert.Equal(["chained", "direct"], result.Report.Clusters.Select(cluster => cluster.TrustMode).Distinct().Order());
        Assert.Equal(2, result.Report.Clusters.Select(cluster => cluster.WorkspaceArn).Distinct().Count());
        Assert.Empty(result.Report.Left!);
    }

    [Fact]
    public async Task Drift_of_chained_trust_is_repaired_in_both_accounts()
    {
        var repair = (await worlds.ResultAsync("organization")).Repair!;

        Assert.Equal("Verified", (string?)repair.Record?["outcome"]);
        Assert.True((bool)repair.Record!["changed"]!);
    }

    [Fact]
    public async Task A_CONFIG_MAP_cluster_is_switched_where_the_hub_allows_it_and_a_second_run_writes_nothing()
    {
        var switched = (await worlds.ResultAsync("organization")).Switched!;

        Assert.True((string?)switched.Execution.Record?["outcome"] == "Verified", switched.Execution.Record?.ToJsonString());
        Assert.Equal("API_AND_CONFIG_MAP", switched.Mode);
        Assert.Empty(switched.Elevations);
        Assert.Empty(switched.SecondRunWrites);
    }

    [Fact]
    public async Task A_switch_that_EKS_fails_is_blocked_with_the_error_of_EKS()
    {
        var record = (await worlds.ResultAsync("organization")).Switched!.Failing.Record;

        Assert.Equal(("Blocked", "AuthenticationModeSwitchFailed"), ((string?)record?["outcome"], (string?)record?["cause"]));
        Assert.Contains("the behaviour of this cluster lets updates fail", (string?)record!["sentence"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_restores_alert_rules_that_an_operator_changed() => Assert.True((await worlds.ResultAsync("reroute")).SweepFindings!.RulesAreRestored);

    [Fact]
    public async Task A_sweep_leaves_a_cluster_blocked_that_still_has_the_same_cause()
    {
        var findings = (await worlds.ResultAsync("reroute")).SweepFindings!;

        Assert.Equal("Blocked", findings.Outcome);
        Assert.Equal("Unchanged", findings.Finding);
    }

    [Fact]
    public async Task A_sweep_of_an_account_whose_role_refuses_reports_it_and_removes_nothing()
    {
        var findings = (await worlds.ResultAsync("reroute")).SweepFindings!;

        Assert.Equal("MemberRoleNotAssumable", findings.AccountCause);
        // The list of expected clusters in each workspace stays: the clusters may continue to send.
        Assert.All(findings.Writes, write => Assert.StartsWith("aps:", write, StringComparison.Ordinal));
    }

    private async Task EndsRightAsync(string name)
    {
        Assert.NotNull(ScenarioCatalogue.Find(name));
        var result = await worlds.ResultAsync(name);

        Assert.True(result.Report.Succeeded, result.Output);
        Assert.All(result.Report.Clusters, cluster => Assert.NotNull(cluster.Expected));
        Assert.NotNull(result.Report.Left);
    }
}
