using CentralAmp.Clusters;
using CentralAmp.Routes;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Routes;

public sealed class RouteTableTests
{
    private const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-production";

    private static readonly Dictionary<string, string> Untagged = [];
    private static readonly RoutedWorkspace Installation = new(Some.WorkspaceArn, TrustModes.Direct);

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("[]")]
    public void Without_routes_every_cluster_gets_the_default(string json)
    {
        Assert.Equal(new RoutedWorkspace(Some.WorkspaceArn, "direct"), Parse(json).WorkspaceFor(Some.Cluster(), Untagged, Installation));
        Assert.Equal("auto", Parse(json).WorkspaceFor(Some.Cluster(), Untagged, Installation with { TrustMode = "auto" }).TrustMode);
    }

    [Theory]
    [InlineData("""  "accounts":["222222222222"]  """, true)]
    [InlineData("""  "accounts":["333333333333","222222222222"]  """, true)]
    [InlineData("""  "accounts":["333333333333"]  """, false)]
    [InlineData("""  "regions":["us-east-1"]  """, true)]
    [InlineData("""  "regions":["eu-west-1"]  """, false)]
    [InlineData("""  "tags":{"environment":"production"}  """, true)]
    [InlineData("""  "tags":{"environment":"Production"}  """, false)]
    [InlineData("""  "tags":{"Environment":"production"}  """, false)]
    [InlineData("""  "tags":{"environment":"production","team":"shop"}  """, true)]
    [InlineData("""  "tags":{"environment":"production","team":"other"}  """, false)]
    [InlineData("""  "tags":{"absent":""}  """, false)]
    [InlineData("""  "accounts":["222222222222"],"regions":["us-east-1"],"tags":{"team":"shop"}  """, true)]
    [InlineData("""  "accounts":["222222222222"],"regions":["eu-west-1"],"tags":{"team":"shop"}  """, false)]
    public void A_route_matches_clusters_that_match_all_of_its_selectors(string selectors, bool taken)
    {
        var tags = new Dictionary<string, string> { ["environment"] = "production", ["team"] = "shop" };
        var table = Parse($$"""[{"name":"production","workspaceArn":"{{Production}}",{{selectors}},"trustMode":"chained"}]""");
        Assert.Empty(table.Errors);
        Assert.Equal(
            taken ? new RoutedWorkspace(Production, "chained") : new RoutedWorkspace(Some.WorkspaceArn, "direct"),
            table.WorkspaceFor(Some.Cluster(), tags, Installation));
    }

    [Fact]
    public void Whatever_its_tags_a_cluster_can_be_routed_only_where_account_and_region_allow()
    {
        var table = Parse($$"""
            [{"name":"tagged","workspaceArn":"{{Production}}","accounts":["222222222222"],"tags":{"environment":"production"} }]
            """);
        Assert.Equal([Production, Some.WorkspaceArn], table.PossibleFor(Some.Cluster(), Some.WorkspaceArn).Order());
        Assert.Equal([Some.WorkspaceArn], table.PossibleFor(Some.Cluster() with { AccountId = "333333333333" }, Some.WorkspaceArn));
        Assert.Equal([Some.WorkspaceArn], Parse("").PossibleFor(Some.Cluster(), Some.WorkspaceArn));
    }

    [Fact]
    public void A_route_without_tags_excludes_the_default_for_its_accounts()
    {
        var table = Parse($$"""[{"name":"all","workspaceArn":"{{Production}}","accounts":["222222222222"]}]""");
        Assert.Equal([Production], table.PossibleFor(Some.Cluster(), Some.WorkspaceArn));
    }

    [Fact]
    public void The_first_route_that_matches_wins_and_a_wide_one_may_come_last()
    {
        var table = Parse($$"""
            [{"name":"one-account","workspaceArn":"{{Production}}","accounts":["222222222222"]},
             {"name":"rest","workspaceArn":"{{Some.WorkspaceArn}}","trustMode":"auto"}]
            """);
        Assert.Empty(table.Errors);
        Assert.Equal(new RoutedWorkspace(Production, "direct"), table.WorkspaceFor(Some.Cluster(), Untagged, Installation));
        Assert.Equal(
            new RoutedWorkspace(Some.WorkspaceArn, "auto"),
            table.WorkspaceFor(Some.Cluster() with { AccountId = "333333333333" }, Untagged, Installation));
    }

    [Theory]
    [InlineData("not json", "routes is not JSON")]
    [InlineData("""[{"name":"a","workspaceArn":"@"},]""", "routes is not JSON")]
    [InlineData("{}", "routes is not a list")]
    [InlineData("[1]", "routes[0] is not an object")]
    [InlineData("""[{"workspaceArn":"@"}]""", "routes[0].name is missing")]
    [InlineData("""[{"name":"","workspaceArn":"@"}]""", "routes[0].name is not a text, or an empty one")]
    [InlineData("""[{"name":7,"workspaceArn":"@"}]""", "routes[0].name is not a text")]
    [InlineData("""[{"name":"a"}]""", "routes[0].workspaceArn is missing")]
    [InlineData("""[{"name":"a","workspaceArn":"ws-1"}]""", "routes[0].workspaceArn is 'ws-1', expected the ARN")]
    [InlineData("""[{"name":"a","workspaceArn":"arn:aws:aps:us-east-1:222222222222:workspace/ws-1"}]""", "routes[0].workspaceArn is a workspace of account 222222222222")]
    [InlineData("""[{"name":"a","workspaceArn":"arn:aws:aps:us-east-1:111111111111:workspace/ws-9"}]""", "ws-9, which is neither the parameter WorkspaceArn nor among MoreWorkspaceArns")]
    [InlineData("""[{"name":"a","workspaceArn":"@","accounts":"222222222222"}]""", "routes[0].accounts is not a list")]
    [InlineData("""[{"name":"a","workspaceArn":"@","accounts":[]}]""", "routes[0].accounts is not a list with at least one value")]
    [InlineData("""[{"name":"a","workspaceArn":"@","accounts":["222222222222","22"]}]""", "routes[0].accounts[1] is '22'")]
    [InlineData("""[{"name":"a","workspaceArn":"@","accounts":[222222222222]}]""", "routes[0].accounts[0] is '222222222222', expected an account id")]
    [InlineData("""[{"name":"a","workspaceArn":"@","regions":["moon-1"]}]""", "routes[0].regions[0] is 'moon-1', expected a region")]
    [InlineData("""[{"name":"a","workspaceArn":"@","tags":{}}]""", "routes[0].tags is not an object with at least one tag")]
    [InlineData("""[{"name":"a","workspaceArn":"@","tags":["environment"]}]""", "routes[0].tags is not an object")]
    [InlineData("""[{"name":"a","workspaceArn":"@","tags":{"environment":true}}]""", "routes[0].tags.environment is not a text")]
    [InlineData("""[{"name":"a","workspaceArn":"@","tags":{"central-amp:onboard":"true"}}]""", "routes[0].tags.central-amp:onboard is not a tag to route by")]
    [InlineData("""[{"name":"a","workspaceArn":"@","tags":{"e":"1","e":"2"}}]""", "routes[0].tags.e is given twice")]
    [InlineData("""[{"name":"a","workspaceArn":"@","trustMode":"loose"}]""", "routes[0].trustMode is 'loose', expected direct, chained or auto")]
    [InlineData("""[{"name":"a","workspaceArn":"@","acounts":["222222222222"]}]""", "routes[0].acounts is not a field of a route")]
    [InlineData("""[{"name":"a","name":"b","workspaceArn":"@"}]""", "routes[0].name is given twice")]
    [InlineData("""[{"name":"a","workspaceArn":"@","regions":["us-east-1"]},{"name":"a","workspaceArn":"@","regions":["us-west-2"]}]""", "routes[1].name 'a' is the name of routes[0]")]
    public void An_error_names_its_field(string json, string error)
    {
        var table = Parse(json.Replace("@", Some.WorkspaceArn, StringComparison.Ordinal));
        Assert.Contains(table.Errors, said => said.Contains(error, StringComparison.Ordinal));
        Assert.Empty(table.Routes);
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var errors = Parse("""[{"name":"a","workspaceArn":"ws-1","accounts":["1"]},{"regions":[1]}]""").Errors;
        Assert.Equal(5, errors.Count);
    }

    [Theory]
    [InlineData("", """ "accounts":["222222222222"] """, "never matches")]
    [InlineData("", "", "never matches")]
    [InlineData(""" "accounts":["222222222222","333333333333"] """, """ "accounts":["222222222222"] """, "never matches")]
    [InlineData(""" "tags":{"e":"p"} """, """ "tags":{"e":"p","t":"s"},"regions":["us-east-1"] """, "never matches")]
    [InlineData(""" "accounts":["222222222222","333333333333"] """, """ "accounts":["333333333333","444444444444"] """, "both select by accounts and share values")]
    [InlineData(""" "regions":["us-east-1","us-west-2"],"tags":{"e":"p"} """, """ "regions":["us-west-2","eu-west-1"],"tags":{"e":"p"} """, "both select by regions, tags.e")]
    public void Overlapping_routes_are_reported(string earlier, string later, string error)
    {
        var said = Assert.Single(Two(earlier, later).Errors);
        Assert.Contains("routes[1] ('second')", said, StringComparison.Ordinal);
        Assert.Contains(error, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "accounts":["222222222222"] """, "")]
    [InlineData(""" "accounts":["222222222222"] """, """ "regions":["us-east-1"] """)]
    [InlineData(""" "tags":{"e":"p"} """, """ "tags":{"e":"q"} """)]
    [InlineData(""" "tags":{"e":"p"} """, """ "tags":{"t":"p"} """)]
    [InlineData(""" "tags":{"e":"p","t":"s"} """, """ "tags":{"e":"p"} """)]
    [InlineData(""" "accounts":["222222222222"],"regions":["us-east-1"] """, """ "accounts":["222222222222"],"regions":["us-west-2"] """)]
    public void An_intended_order_is_no_overlap(string earlier, string later) => Assert.Empty(Two(earlier, later).Errors);

    private static RouteTable Two(string earlier, string later) =>
        Parse($"[{Route("first", earlier)},{Route("second", later)}]");

    private static string Route(string name, string selectors) =>
        $$"""{"name":"{{name}}","workspaceArn":"{{Production}}"{{(selectors.Length == 0 ? "" : ",")}}{{selectors}}}""";

    private static RouteTable Parse(string json) => RouteTable.Parse(json, Some.HubAccount, [Some.WorkspaceArn, Production]);
}
