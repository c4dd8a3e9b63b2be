using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Trust;

public sealed class TrustModeDeciderTests
{
    private static readonly HubSettings Settings = Some.Settings with { ProviderThreshold = 90 };

    [Theory]
    [InlineData("direct", "direct")]
    [InlineData("chained", "chained")]
    public void A_new_cluster_gets_the_mode_of_its_route_without_a_count(string asked, string mode) => Is(mode, item: null, asked, counted: null);

    [Theory]
    [InlineData(0, false, "direct")]
    [InlineData(89, false, "direct")]
    [InlineData(90, false, "chained")]
    [InlineData(700, false, "chained")]
    [InlineData(700, true, "direct")]
    public void Auto_is_direct_below_the_quota_or_if_the_provider_exists(int count, bool hasIssuer, string mode) =>
        Is(mode, item: null, "auto", new HubProviders(count, hasIssuer));

    [Theory]
    [InlineData("direct", "chained")]
    [InlineData("chained", "direct")]
    [InlineData("chained", "auto")]
    public void A_cluster_with_a_role_keeps_its_mode(string has, string asked) => Is(has, Item(has), asked, counted: null);

    [Theory]
    [InlineData("chained")]
    [InlineData("auto")]
    public void An_item_of_an_older_version_that_has_a_role_is_direct(string asked) => Is("direct", Item(mode: null), asked, counted: null);

    [Fact]
    public void An_item_without_a_role_keeps_no_mode()
    {
        Is("chained", Item("direct") with { RoleArn = null }, "chained", counted: null);
        Is("chained", Item("direct") with { State = Outcome.Offboarded }, "chained", counted: null);
        Is("chained", Item("direct") with { RoleArn = null, State = Outcome.Parked }, "auto", new HubProviders(90, HasIssuer: false));
    }

    [Theory]
    [InlineData("chained")]
    [InlineData("auto")]
    public void A_cluster_of_the_hub_account_is_always_direct(string asked)
    {
        var hubs = Some.Cluster() with { AccountId = Some.HubAccount };
        Assert.False(TrustModeDecider.MustCount(hubs, item: null, asked, Settings));
        Assert.Equal(TrustModes.Direct, TrustModeDecider.Decide(hubs, item: null, asked, providers: null, Settings));
    }

    private static void Is(string mode, RegistryItem? item, string asked, HubProviders? counted)
    {
        Assert.Equal(counted is not null, TrustModeDecider.MustCount(Some.Cluster(), item, asked, Settings));
        Assert.Equal(mode, TrustModeDecider.Decide(Some.Cluster(), item, asked, counted, Settings));
    }

    private static RegistryItem Item(string? mode) => new()
    {
        ClusterArn = Some.Cluster().Arn,
        CreatedAt = Some.CreatedAt,
        State = Outcome.Verified,
        RoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-12345678",
        TrustMode = mode,
    };
}
