using CentralAmp.Clusters;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Onboarding;

public sealed class GrantDeciderTests
{
    private const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-production";
    private const string Elsewhere = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-elsewhere";

    /// <summary>Production by tag, for the test's account and for another one; everything else goes to the default.</summary>
    private static readonly HubSettings Settings = With($$"""
        [{"name":"production","workspaceArn":"{{Production}}","accounts":["222222222222"],"tags":{"environment":"production"} },
         {"name":"elsewhere","workspaceArn":"{{Elsewhere}}","accounts":["333333333333"]}]
        """);

    private static DateTimeOffset Now => Some.Noon;

    [Fact]
    public void A_cluster_that_writes_where_its_route_leads_has_no_former_grant() =>
        Assert.Equal(GrantDecision.None, Decide(Item(Production), routed: Production));

    [Fact]
    public void The_first_look_after_a_route_left_starts_the_limit() =>
        Assert.Equal(new GrantDecision(new FormerGrant(Production, Now), IsDue: false), Decide(Item(Production), routed: Some.WorkspaceArn));

    [Theory]
    [InlineData(0, false)]
    [InlineData(24 * 60 - 1, false)]
    [InlineData(24 * 60, true)]
    [InlineData(9000, true)]
    public void The_limit_counts_from_the_recorded_time_whatever_happened_since(int minutes, bool isDue)
    {
        var item = Item(Some.WorkspaceArn) with { FormerWorkspaceArn = Production, RouteLeftAt = Now.AddMinutes(-minutes), State = Outcome.RolledBack };
        Assert.Equal(new GrantDecision(new FormerGrant(Production, Now.AddMinutes(-minutes)), isDue), Decide(item, routed: Some.WorkspaceArn));
    }

    [Fact]
    public void Another_change_of_tags_does_not_start_the_limit_again()
    {
        var settings = With($$"""
            [{"name":"production","workspaceArn":"{{Production}}","tags":{"environment":"production"} },
             {"name":"elsewhere","workspaceArn":"{{Elsewhere}}","tags":{"environment":"elsewhere"} }]
            """);
        var item = Item(Some.WorkspaceArn) with { FormerWorkspaceArn = Production, RouteLeftAt = Now.AddDays(-2) };
        Assert.True(Decide(item, routed: Elsewhere, settings: settings)!.IsDue);
    }

    [Fact]
    public void A_workspace_that_no_route_gives_the_account_and_region_goes_at_once() =>
        Assert.Equal(new GrantDecision(new FormerGrant(Elsewhere, Now), IsDue: true), Decide(Item(Elsewhere), routed: Some.WorkspaceArn));

    [Fact]
    public void A_workspace_whose_route_was_deleted_goes_at_once() =>
        Assert.True(Decide(Item(Production), routed: Some.WorkspaceArn, settings: Some.Settings)!.IsDue);

    [Fact]
    public void A_route_that_comes_back_ends_the_matter() =>
        Assert.Equal(GrantDecision.None, Decide(Item(Production) with { FormerWorkspaceArn = Production, RouteLeftAt = Now.AddDays(-2) }, routed: Production));

    [Fact]
    public void Of_a_cluster_that_cannot_be_described_the_record_decides()
    {
        Assert.Null(Decide(Item(Production), routed: null));
        Assert.False(Decide(Item(Production) with { FormerWorkspaceArn = Production, RouteLeftAt = Now.AddHours(-1) }, routed: null)!.IsDue);
        Assert.True(Decide(Item(Production) with { FormerWorkspaceArn = Production, RouteLeftAt = Now.AddDays(-1) }, routed: null)!.IsDue);
        Assert.True(Decide(Item(Elsewhere), routed: null)!.IsDue);
    }

    [Fact]
    public void The_tag_of_the_role_shows_a_move_that_an_older_version_began() =>
        Assert.Equal(Production, Decide(Item(Some.WorkspaceArn), routed: Some.WorkspaceArn, verified: Production)!.Former!.WorkspaceArn);

    [Theory]
    [InlineData(Outcome.OptedOut)]
    [InlineData(Outcome.Offboarding)]
    [InlineData(Outcome.Offboarded)]
    public void Offboarding_takes_the_grants_itself(Outcome state) => Assert.Null(Decide(Item(Elsewhere) with { State = state }, routed: Some.WorkspaceArn));

    [Fact]
    public void A_cluster_that_was_offboarded_before_has_no_grant_where_it_wrote_then()
    {
        Assert.Equal(GrantDecision.None, Decide(Item(Elsewhere) with { RoleArn = null, State = Outcome.Blocked }, routed: Some.WorkspaceArn));
        Assert.Null(Decide(Item(Elsewhere) with { State = null }, routed: Some.WorkspaceArn));
    }

    [Fact]
    public void Invalid_routes_and_unknown_clusters_revoke_nothing()
    {
        Assert.Null(Decide(Item(Elsewhere), routed: Some.WorkspaceArn, settings: With("""[{"name":""}]""")));
        Assert.Null(Decide(null, routed: Some.WorkspaceArn));
        Assert.Equal(GrantDecision.None, Decide(Item(Production) with { WorkspaceArn = null }, routed: Some.WorkspaceArn));
    }

    [Fact]
    public void The_sentence_about_the_grant_is_replaced_when_the_grant_ends()
    {
        var sentence = "It is parked." + GrantDecider.StillGranted(new FormerGrant(Production, Now), TimeSpan.FromDays(1));
        Assert.Contains($"Still granted: {Production}, which its route left before 2026-03-01 12:00:00Z", sentence, StringComparison.Ordinal);
        Assert.Contains("sweep after 2026-03-02 12:00:00Z", sentence, StringComparison.Ordinal);
        Assert.Equal("It is parked.", GrantDecider.WithoutGrant(sentence));
        Assert.Equal(("", "x"), (GrantDecider.WithoutGrant(null), GrantDecider.WithoutGrant("x")));
    }

    private static HubSettings With(string routes) =>
        Some.Settings with { Routes = RouteTable.Parse(routes, Some.HubAccount, [Some.WorkspaceArn, Production, Elsewhere]) };

    private static RegistryItem Item(string workspaceArn) => new() { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Verified, RoleArn = "arn:role", WorkspaceArn = workspaceArn };

    private static GrantDecision? Decide(RegistryItem? item, string? routed, string? verified = null, HubSettings? settings = null) =>
        GrantDecider.Decide(Some.Cluster(), item, routed, verified, settings ?? Settings, Now);
}
