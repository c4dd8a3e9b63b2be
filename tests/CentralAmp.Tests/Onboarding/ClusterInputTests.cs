using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class ClusterInputTests
{
    [Fact]
    public void The_event_of_a_CreateCluster_names_its_cluster()
    {
        var result = Read(Event());
        Assert.Equal(new ResolveClusterResult(Some.Cluster(), DryRun: false), result);
    }

    [Theory]
    [InlineData("""{"requestParameters":{"name":"shop"},"responseElements":null}""")]
    [InlineData("""{"requestParameters":{"name":"shop"},"responseElements":{"cluster":{"name":"shop"}}}""")]
    [InlineData("""{"requestParameters":{"clusterName":"shop"},"responseElements":null}""")]
    [InlineData("""{"requestParameters":null,"responseElements":{"cluster":{"clusterName":"shop"}}}""")]
    [InlineData("""{"responseElements":{"clusterName":"shop"}}""")]
    public void Older_and_sparser_events_name_their_cluster_too(string detail)
    {
        var input = Event();
        var changed = JsonNode.Parse(detail)!.AsObject();
        changed["eventSource"] = "eks.amazonaws.com";
        changed["eventName"] = "CreateCluster";
        input["detail"] = changed;
        Assert.Equal(Some.Cluster(), Read(input).Cluster);
    }

    [Theory]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop"}""", false)]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","dryRun":true}""", true)]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1","clusterName":"shop"}""", false)]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1","clusterName":"shop","dryRun":null}""", false)]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","Comment":"from the console"}""", false)]
    public void An_operator_names_the_cluster_by_ARN_or_by_its_parts(string input, bool dryRun) =>
        Assert.Equal(new ResolveClusterResult(Some.Cluster(), dryRun), ClusterInput.Read(Some.Json(input)));

    [Theory]
    [InlineData("cn-north-1", "aws-cn")]
    [InlineData("us-gov-west-1", "aws-us-gov")]
    [InlineData("eu-central-2", "aws")]
    public void The_partition_follows_from_the_region(string region, string partition)
    {
        var built = ClusterArn.Build("222222222222", region, "shop");
        Assert.Equal($"arn:{partition}:eks:{region}:222222222222:cluster/shop", built.Arn);
        Assert.Equal(built, ClusterArn.Parse(built.Arn));
    }

    [Theory]
    [InlineData("[]", Causes.InputNotUnderstood, "array")]
    [InlineData("null", Causes.InputNotUnderstood, "null")]
    [InlineData("\"arn:aws:eks:us-east-1:222222222222:cluster/shop\"", Causes.InputNotUnderstood, "string")]
    [InlineData("42", Causes.InputNotUnderstood, "number")]
    [InlineData("true", Causes.InputNotUnderstood, "boolean")]
    [InlineData("{}", Causes.InputFieldMissing, "clusterArn")]
    [InlineData("""{"clusterArn":null}""", Causes.InputFieldMissing, "clusterArn")]
    [InlineData("""{"clusterArn":7}""", Causes.InputFieldInvalid, "clusterArn")]
    [InlineData("""{"clusterArn":{"arn":"x"}}""", Causes.InputFieldInvalid, "clusterArn")]
    [InlineData("""{"clusterarn":"x"}""", Causes.InputFieldInvalid, "clusterarn")]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","dryrun":true}""", Causes.InputFieldInvalid, "dryrun")]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","dryRun":"true"}""", Causes.InputFieldInvalid, "dryRun")]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","region":"us-east-1"}""", Causes.InputFieldInvalid, "clusterArn")]
    [InlineData("""{"region":"us-east-1","clusterName":"shop"}""", Causes.InputFieldMissing, "accountId")]
    [InlineData("""{"accountId":"222222222222","clusterName":"shop"}""", Causes.InputFieldMissing, "region")]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1"}""", Causes.InputFieldMissing, "clusterName")]
    [InlineData("""{"accountId":222222222222,"region":"us-east-1","clusterName":"shop"}""", Causes.InputFieldInvalid, "accountId")]
    [InlineData("""{"accountId":"2222","region":"us-east-1","clusterName":"shop"}""", Causes.InputFieldInvalid, "accountId")]
    [InlineData("""{"accountId":"222222222222","region":"moon-1","clusterName":"shop"}""", Causes.InputFieldInvalid, "region")]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1","clusterName":"-shop"}""", Causes.InputFieldInvalid, "clusterName")]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1","clusterName":""}""", Causes.InputFieldInvalid, "clusterName")]
    public void Invalid_input_is_refused_with_the_name_of_the_field(string input, string cause, string mentions)
    {
        var blocked = Assert.Throws<BlockedException>(() => ClusterInput.Read(Some.Json(input)));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
        Assert.NotEmpty(blocked.Remedy);
    }

    [Theory]
    [InlineData("shop", "not an ARN")]
    [InlineData("", "not an ARN")]
    [InlineData("arn:aws:eks:us-east-1:222222222222", "not an ARN")]
    [InlineData("arn:aws:ecs:us-east-1:222222222222:cluster/shop", "'ecs'")]
    [InlineData("arn:aws:eks:us-east:222222222222:cluster/shop", "'us-east'")]
    [InlineData("arn:aws:eks:mars-north-1:222222222222:cluster/shop", "'mars-north-1'")]
    [InlineData("arn:aws:eks::222222222222:cluster/shop", "''")]
    [InlineData("arn:aws:eks:cn-north-1:222222222222:cluster/shop", "'aws-cn'")]
    [InlineData("arn:aws:eks:us-east-1:22222222222:cluster/shop", "'22222222222'")]
    [InlineData("arn:aws:eks:us-east-1:22222222222x:cluster/shop", "'22222222222x'")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:nodegroup/shop/a/b", "'nodegroup/shop/a/b'")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:cluster/", "''")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:cluster/shop/extra", "'shop/extra'")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:cluster/_shop", "'_shop'")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:cluster/sh op", "'sh op'")]
    [InlineData("arn:aws:eks:us-east-1:222222222222:cluster/shop\n", "'shop\n'")]
    public void An_ARN_of_another_resource_is_refused_with_the_invalid_part(string arn, string mentions)
    {
        var blocked = Assert.Throws<BlockedException>(() => ClusterArn.Parse(arn));
        Assert.Equal(Causes.ClusterArnInvalid, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_may_be_100_characters_long_and_no_longer()
    {
        Assert.True(ClusterArn.IsName(new string('a', 100)));
        Assert.False(ClusterArn.IsName(new string('a', 101)));
    }

    [Theory]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":{"a":"b"}}""")]
    [InlineData("TagResource", """{"resourceArn":"arn%3Aaws%3Aeks%3Aus-east-1%3A222222222222%3Acluster%2Fshop","tags":{"a":"b"}}""")]
    [InlineData("UntagResource", """{"resourceArn":"arn%3Aaws%3Aeks%3Aus-east-1%3A222222222222%3Acluster%2Fshop","tagKeys":["a"]}""")]
    [InlineData("UpdateClusterConfig", """{"name":"shop","accessConfig":{"authenticationMode":"API"}}""")]
    public void The_event_of_a_changed_cluster_names_it_too(string name, string parameters) =>
        Assert.Equal(new ResolveClusterResult(Some.Cluster(), DryRun: false), Read(Changed(name, parameters)));

    [Theory]
    [InlineData("""{"resourceArn":"arn:aws:eks:us-east-1:222222222222:nodegroup/shop/a/b"}""", Causes.ClusterArnInvalid)]
    [InlineData("""{"resourceArn":"arn:aws:eks:us-east-1:333333333333:cluster/shop"}""", Causes.AccountMismatch)]
    [InlineData("""{"resourceArn":"arn:aws:eks:eu-west-1:222222222222:cluster/shop"}""", Causes.InputFieldInvalid)]
    [InlineData("""{"resourceArn":null}""", Causes.InputFieldMissing)]
    [InlineData("null", Causes.InputFieldMissing)]
    public void A_tag_of_another_resource_is_refused(string parameters, string cause) =>
        Assert.Equal(cause, Assert.Throws<BlockedException>(() => Read(Changed("TagResource", parameters))).Cause);

    [Fact]
    public void The_event_of_a_change_that_failed_is_refused()
    {
        var input = Changed("UpdateClusterConfig", """{"name":"shop"}""");
        input["detail"]!["errorCode"] = "InvalidParameterException";
        var blocked = Assert.Throws<BlockedException>(() => Read(input));
        Assert.Equal(Causes.CallInEventFailed, blocked.Cause);
        Assert.Contains("UpdateClusterConfig", blocked.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_cannot_combine_reopen_with_a_dry_run()
    {
        const string Arn = "arn:aws:eks:us-east-1:222222222222:cluster/shop";
        Assert.True(ClusterInput.Read(Some.Json($$"""{"clusterArn":"{{Arn}}","reopen":true}""")).Reopen);
        var blocked = Assert.Throws<BlockedException>(() => ClusterInput.Read(Some.Json($$"""{"clusterArn":"{{Arn}}","reopen":true,"dryRun":true}""")));
        Assert.Equal(Causes.InputFieldInvalid, blocked.Cause);
    }

    [Fact]
    public void An_event_of_a_failed_CreateCluster_is_refused() => Refused(
        Causes.CreateClusterFailed,
        "ResourceInUseException",
        input =>
        {
            input["detail"]!["errorCode"] = "ResourceInUseException";
            input["detail"]!["responseElements"] = null;
        });

    [Fact]
    public void An_event_from_another_account_than_the_clusters_is_refused() =>
        Refused(Causes.AccountMismatch, "333333333333", input => input["account"] = "333333333333");

    [Fact]
    public void An_event_from_another_region_than_the_clusters_is_refused() =>
        Refused(Causes.InputFieldInvalid, "region", input => input["region"] = "eu-west-1");

    [Theory]
    [InlineData("DeleteCluster")]
    [InlineData("MakeCoffee")]
    public void An_event_of_another_name_is_refused(string name) =>
        Refused(Causes.EventNotSupported, name, input => input["detail"]!["eventName"] = name);

    [Fact]
    public void An_event_of_another_service_is_refused() =>
        Refused(Causes.EventNotSupported, "ec2.amazonaws.com", input => input["detail"]!["eventSource"] = "ec2.amazonaws.com");

    [Fact]
    public void An_event_of_another_source_is_refused() => Refused(Causes.EventNotSupported, "my.app", input => input["source"] = "my.app");

    [Theory]
    [InlineData("source")]
    [InlineData("detail-type")]
    [InlineData("account")]
    [InlineData("region")]
    [InlineData("detail")]
    public void An_event_with_a_missing_field_is_refused(string field)
    {
        Refused(Causes.InputFieldMissing, field, input => input.Remove(field));
        Refused(Causes.InputFieldMissing, field, input => input[field] = null);
        Refused(Causes.InputFieldInvalid, field, input => input[field] = 5);
    }

    [Fact]
    public void An_event_without_the_name_of_its_cluster_is_refused() => Refused(
        Causes.InputFieldMissing,
        "detail.responseElements.cluster.name",
        input => input["detail"] = JsonNode.Parse("""{"eventSource":"eks.amazonaws.com","eventName":"CreateCluster"}"""));

    [Theory]
    [InlineData("responseElements")]
    [InlineData("requestParameters")]
    public void An_event_with_wrongly_typed_elements_is_refused(string field) =>
        Refused(Causes.InputFieldInvalid, $"detail.{field}", input =>
        {
            input["detail"]!["responseElements"] = null;
            input["detail"]![field] = "shop";
        });

    [Theory]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":{"owner":"b","cost":"c"}}""", true)]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":{"owner":"b","environment":"production"}}""", false)]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":{"Central-Amp:onboard":"false"}}""", false)]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":{}}""", false)]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tags":"HIDDEN_DUE_TO_SECURITY_REASONS"}""", false)]
    [InlineData("TagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop"}""", false)]
    [InlineData("UntagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tagKeys":["owner"]}""", true)]
    [InlineData("UntagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tagKeys":["environment"]}""", false)]
    [InlineData("UntagResource", """{"resourceArn":"arn:aws:eks:us-east-1:222222222222:cluster/shop","tagKeys":"owner"}""", false)]
    [InlineData("UpdateClusterConfig", """{"name":"shop"}""", false)]
    public async Task An_event_of_tags_that_nothing_reads_is_ignored(string call, string parameters, bool ignored)
    {
        var routes = RouteTable.Parse(
            $$$"""[{"name":"production","workspaceArn":"{{{Some.WorkspaceArn}}}","tags":{"environment":"production"}}]""", Some.HubAccount, [Some.WorkspaceArn]);
        Assert.Empty(routes.Errors);
        Assert.Equal(ignored, (await ResolveAsync(Changed(call, parameters), Some.Settings with { Routes = routes })).Ignored);
    }

    [Theory]
    [InlineData("arn:aws:sts::222222222222:assumed-role/CentralAmpMemberManager/central-amp-e1", true)]
    [InlineData("arn:aws:sts::222222222222:assumed-role/CentralAmpMember/central-amp-e1", false)]
    [InlineData("arn:aws:sts::333333333333:assumed-role/CentralAmpMemberManager/central-amp-e1", false)]
    [InlineData("arn:aws:iam::222222222222:user/CentralAmpMemberManager/x", false)]
    [InlineData(null, false)]
    public async Task An_event_of_a_call_of_CentralAmp_itself_is_ignored(string? caller, bool ignored)
    {
        var input = Changed("UpdateClusterConfig", """{"name":"shop"}""");
        input["detail"]!["userIdentity"] = new JsonObject { ["type"] = "AssumedRole", ["arn"] = caller };
        Assert.Equal(ignored, (await ResolveAsync(input, Some.Settings)).Ignored);
    }

    private static Task<ResolveClusterResult> ResolveAsync(JsonObject input, HubSettings settings) =>
        new ResolveClusterStep(settings, NullLogger<ResolveClusterStep>.Instance)
            .RunAsync(new ResolveClusterRequest(Some.Execution(), Some.Json(input.ToJsonString())), TestContext.Current.CancellationToken);

    [Fact]
    public void Long_input_is_cut_in_the_sentence()
    {
        var blocked = Assert.Throws<BlockedException>(() => ClusterArn.Parse(new string('x', 5000)));
        Assert.True(blocked.Sentence.Length < 300);
    }

    private static void Refused(string cause, string mentions, Action<JsonObject> change)
    {
        var input = Event();
        change(input);
        var blocked = Assert.Throws<BlockedException>(() => Read(input));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
    }

    private static ResolveClusterResult Read(JsonObject input) => ClusterInput.Read(Some.Json(input.ToJsonString()));

    private static JsonObject Changed(string name, string parameters)
    {
        var input = Event();
        input["detail"] = new JsonObject
        {
            ["eventSource"] = "eks.amazonaws.com",
            ["eventName"] = name,
            ["requestParameters"] = JsonNode.Parse(parameters),
            ["responseElements"] = new JsonObject(),
        };
        return input;
    }

    private static JsonObject Event() => JsonNode.Parse(
        """
        {
          "version": "0", "id": "b1c9d2f0-1111-2222-3333-444455556666", "detail-type": "AWS API Call via CloudTrail", "source": "aws.eks",
          "account": "222222222222", "time": "2026-03-01T11:50:02Z", "region": "us-east-1", "resources": [],
          "detail": {
            "eventVersion": "1.09", "eventSource": "eks.amazonaws.com", "eventName": "CreateCluster", "awsRegion": "us-east-1",
            "requestParameters": {"name": "shop", "roleArn": "arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Feks"},
            "responseElements": {"cluster": {"name": "shop", "arn": "arn:aws:eks:us-east-1:222222222222:cluster/shop", "status": "CREATING", "createdAt": 1772365800.123}}
          }
        }
        """)!.AsObject();
}
