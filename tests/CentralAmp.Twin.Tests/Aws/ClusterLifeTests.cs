using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.EKS;
using Amazon.EKS.Model;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Clusters that change and go, and come again under their old name; and what CloudTrail keeps of it.</summary>
public sealed class ClusterLifeTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_cluster_is_DELETING_for_a_while_and_then_its_name_is_free_for_another_one()
    {
        using var eks = Fixture.Eks(Fixture.Member.Credentials());
        var arn = await CreateAsync("comes-again", new ClusterBehaviour { DeletingFor = TimeSpan.FromSeconds(1) });
        var first = await ActiveAsync(eks, "comes-again");
        await Fixture.Twin.DeleteClusterAsync(arn, Cancellation);

        var deleting = (await eks.DescribeClusterAsync(new() { Name = "comes-again" }, Cancellation)).Cluster;
        Assert.Equal((ClusterStatus.DELETING, first.Identity.Oidc.Issuer), (deleting.Status, deleting.Identity.Oidc.Issuer));
        Assert.Equal("ResourceInUseException", (await Assert.ThrowsAsync<AwsException>(() => CreateAsync("comes-again"))).Code);
        await GoneAsync(eks, "comes-again");

        await CreateAsync("comes-again");
        var second = await ActiveAsync(eks, "comes-again");
        Assert.Equal(first.Arn, second.Arn);
        Assert.True(first.CreatedAt < second.CreatedAt);
        Assert.NotEqual(first.Identity.Oidc.Issuer, second.Identity.Oidc.Issuer);
        Assert.Same(Fixture.Twin.Eks.Find(arn), Fixture.Twin.Eks.Clusters.Single(cluster => cluster.Name == "comes-again"));
    }

    [Fact]
    public async Task CloudTrail_keeps_every_change_of_a_cluster_with_the_whole_of_a_deleted_one()
    {
        var arn = await CreateAsync("kept-in-mind");
        using var eks = Fixture.Eks(Fixture.Member.Credentials());
        await ActiveAsync(eks, "kept-in-mind");
        await Fixture.Twin.TagClusterAsync(arn, new Dictionary<string, string?> { ["environment"] = "production", ["twin"] = null }, Cancellation);
        using var update = await RawCalls.SendAsync(
            Fixture, Fixture.Member, "eks", HttpMethod.Post, "/clusters/kept-in-mind/update-config", Encoding.UTF8.GetBytes("""{"accessConfig":{"authenticationMode":"API"}}"""), "application/json");
        await ActiveAsync(eks, "kept-in-mind");
        await Fixture.Twin.DeleteClusterAsync(arn, Cancellation);

        var history = Fixture.Twin.CloudTrail.History.Where(happened => happened.ClusterArn == arn).ToList();
        Assert.Equal(["CreateCluster", "TagResource", "UntagResource", "UpdateClusterConfig", "DeleteCluster"], history.Select(happened => happened.Name));
        Assert.Equal(arn, (string?)history[1].Detail["requestParameters"]!["resourceArn"]);
        Assert.Equal(Uri.EscapeDataString(arn), (string?)history[2].Detail["requestParameters"]!["resourceArn"]);
        Assert.Equal("kept-in-mind", (string?)history[3].Detail["requestParameters"]!["name"]);
        var deleted = history[4].Detail["responseElements"]!["cluster"]!;
        Assert.Equal((arn, "DELETING", "API", "production"), ((string?)deleted["arn"], (string?)deleted["status"], (string?)deleted["accessConfig"]!["authenticationMode"], (string?)deleted["tags"]!["environment"]));
        Assert.Equal(HttpStatusCode.OK, update.StatusCode);
    }

    [Fact]
    public async Task Clusters_are_listed_page_by_page_for_one_account_and_region()
    {
        foreach (var name in (string[])["page-a", "page-b", "page-c"])
            await Fixture.Twin.CreateClusterAsync(TwinAccounts.OtherMember, "eu-west-1", name, new Dictionary<string, string>(), new ClusterBehaviour(), Cancellation);
        await Fixture.Twin.CreateClusterAsync(TwinAccounts.OtherMember, "us-east-1", "page-elsewhere", new Dictionary<string, string>(), new ClusterBehaviour(), Cancellation);
        using var eks = new AmazonEKSClient(
            Fixture.Twin.Operators[TwinAccounts.OtherMember].Credentials(), new AmazonEKSConfig { ServiceURL = Fixture.Twin.Endpoint.ToString(), AuthenticationRegion = "eu-west-1" });

        var first = await eks.ListClustersAsync(new() { MaxResults = 2 }, Cancellation);
        var second = await eks.ListClustersAsync(new() { MaxResults = 2, NextToken = first.NextToken }, Cancellation);

        Assert.Equal(["page-a", "page-b"], first.Clusters);
        Assert.Equal(["page-c"], second.Clusters);
        Assert.Null(second.NextToken);
    }

    [Fact]
    public async Task An_event_is_delivered_again_with_the_time_at_which_it_happened()
    {
        var arn = await CreateAsync("delivered-twice");
        var happened = Fixture.Twin.CloudTrail.History.Single(item => item.ClusterArn == arn);
        await Fixture.Twin.RepeatEventAsync(arn, "CreateCluster", Cancellation);

        Assert.Equal(happened, Fixture.Twin.CloudTrail.History.Single(item => item.ClusterArn == arn));
        Assert.Equal("CreateCluster", (string?)((JsonNode)happened.Detail)["eventName"]);
    }

    private Task<string> CreateAsync(string name, ClusterBehaviour? behaviour = null) => Fixture.Twin.CreateClusterAsync(
        TwinAccounts.Member, "us-east-1", name, new Dictionary<string, string> { ["twin"] = "yes" }, (behaviour ?? new()) with { ActiveAfter = TimeSpan.Zero }, Cancellation);

    private static async Task<Cluster> ActiveAsync(AmazonEKSClient eks, string name)
    {
        while (true)
        {
            var cluster = (await eks.DescribeClusterAsync(new() { Name = name }, Cancellation)).Cluster;
            if (cluster.Status == ClusterStatus.ACTIVE)
                return cluster;
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task GoneAsync(AmazonEKSClient eks, string name)
    {
        try
        {
            while (true)
            {
                await eks.DescribeClusterAsync(new() { Name = name }, Cancellation);
                await Task.Delay(100, Cancellation);
            }
        }
        catch (ResourceNotFoundException)
        {
            // Gone.
        }
    }
}
