using CentralAmp.Twin.Scenarios;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>What each scenario checks stands in the scenario; its command ends with 0 if and only if its report says so.</summary>
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
    public async Task In_the_organization_twelve_clusters_are_verified_in_two_workspaces_with_both_trust_modes_and_nothing_is_left_over()
    {
        var played = await worlds.PlayedAsync("organization");

        Assert.Equal(12, played.Report.Clusters.Count(cluster => cluster is { Outcome: "Verified", Expected: "Verified" }));
        Assert.Equal(["chained", "direct"], played.Report.Clusters.Select(cluster => cluster.TrustMode).Distinct().Order());
        Assert.Equal(2, played.Report.Clusters.Select(cluster => cluster.WorkspaceArn).Distinct().Count());
        Assert.Empty(played.Report.Left!);
    }

    [Fact]
    public async Task What_others_changed_of_chained_trust_is_repaired_in_both_accounts()
    {
        var repair = (await worlds.PlayedAsync("organization")).Repair!;

        Assert.Equal("Verified", (string?)repair.Record?["outcome"]);
        Assert.True((bool)repair.Record!["changed"]!);
    }

    [Fact]
    public async Task A_cluster_that_knows_only_its_ConfigMap_is_switched_where_that_is_wished_and_a_second_run_writes_nothing()
    {
        var switched = (await worlds.PlayedAsync("organization")).Switched!;

        Assert.True((string?)switched.Execution.Record?["outcome"] == "Verified", switched.Execution.Record?.ToJsonString());
        Assert.Equal("API_AND_CONFIG_MAP", switched.Mode);
        Assert.Empty(switched.Elevations);
        Assert.Empty(switched.Again);
    }

    [Fact]
    public async Task A_switch_that_EKS_fails_is_blocked_with_what_EKS_says_of_it()
    {
        var record = (await worlds.PlayedAsync("organization")).Switched!.Failing.Record;

        Assert.Equal(("Blocked", "AuthenticationModeSwitchFailed"), ((string?)record?["outcome"], (string?)record?["cause"]));
        Assert.Contains("the twin was told to fail updates", (string?)record!["sentence"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_puts_back_alert_rules_that_someone_changed() => Assert.True((await worlds.PlayedAsync("reroute")).Trouble!.RulesAreBack);

    [Fact]
    public async Task A_sweep_leaves_a_cluster_blocked_that_comes_to_the_same_cause_again()
    {
        var trouble = (await worlds.PlayedAsync("reroute")).Trouble!;

        Assert.Equal("Blocked", trouble.Outcome);
        Assert.Equal("Unchanged", trouble.Finding);
    }

    [Fact]
    public async Task A_sweep_of_an_account_whose_role_refuses_reports_it_and_removes_nothing()
    {
        var trouble = (await worlds.PlayedAsync("reroute")).Trouble!;

        Assert.Equal("MemberRoleNotAssumable", trouble.PlaceCause);
        // What workspaces are to expect stays: the clusters may well go on sending.
        Assert.All(trouble.Writes, write => Assert.StartsWith("aps:", write, StringComparison.Ordinal));
    }

    private async Task EndsRightAsync(string name)
    {
        Assert.NotNull(ScenarioCatalogue.Find(name));
        var played = await worlds.PlayedAsync(name);

        Assert.True(played.Report.Succeeded, played.Told);
        Assert.All(played.Report.Clusters, cluster => Assert.NotNull(cluster.Expected));
        Assert.NotNull(played.Report.Left);
    }
}
