using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Routes;

namespace CentralAmp.Tests.Collectors;

public sealed class PrometheusResourceTests
{
    [Fact]
    public void Defaults_are_the_operators()
    {
        var read = Read("{}");
        Assert.Null(read.Malformed);
        Assert.Equal(("default", 1, 1, "prometheus_replica", false), (read.ServiceAccount, read.Replicas, read.Shards, read.ReplicaLabel, read.StoragePersists));
        Assert.Empty(read.RemoteWrite);
        Assert.Empty(read.RemoteWriteOwners);
    }

    [Theory]
    [InlineData("""{"storage":{"volumeClaimTemplate":{"spec":{}}}}""", true)]
    [InlineData("""{"storage":{}}""", true)]
    [InlineData("""{"storage":{"emptyDir":{}}}""", false)]
    [InlineData("""{"storage":{"ephemeral":{}}}""", false)]
    [InlineData("""{"storage":null}""", false)]
    public void Storage_persists_as_the_operator_interprets_it(string spec, bool persists) => Assert.Equal(persists, Read(spec).StoragePersists);

    [Theory]
    [InlineData("""{"replicas":"two"}""", "spec.replicas is not a whole number")]
    [InlineData("""{"replicas":1.5}""", "spec.replicas is not a whole number")]
    [InlineData("""{"serviceAccountName":7}""", "spec.serviceAccountName is not a string")]
    [InlineData("""{"remoteWrite":{"url":"x"}}""", "spec.remoteWrite is not a list")]
    [InlineData("""{"remoteWrite":["x"]}""", "spec.remoteWrite has an item that is not an object")]
    [InlineData("""{"storage":"large"}""", "spec.storage is not an object")]
    [InlineData("""{"podMetadata":[]}""", "spec.podMetadata is not an object")]
    [InlineData("""{"podMetadata":{"annotations":{"a":1}}}""", "spec.podMetadata.annotations.a is not a string")]
    [InlineData("""{"paused":"no"}""", "spec.paused is not true or false")]
    [InlineData("""{"replicas":-1}""", "spec.replicas -1 in 1 shard(s) are not 0 to 200 pods")]
    [InlineData("""{"replicas":201}""", "spec.replicas 201 in 1 shard(s) are not 0 to 200 pods")]
    [InlineData("""{"replicas":2147483647,"shards":2147483647}""", "spec.replicas 2147483647 in 2147483647 shard(s) are not 0 to 200 pods")]
    [InlineData("""{"serviceAccountName":".."}""", "spec.serviceAccountName '..' (2 characters) is no DNS name")]
    [InlineData("""{"serviceAccountName":"a/../b"}""", "spec.serviceAccountName 'a/../b' (6 characters) is no DNS name")]
    [InlineData("""{"serviceAccountName":"Upper"}""", "spec.serviceAccountName 'Upper' (5 characters) is no DNS name")]
    [InlineData("null", "spec is missing")]
    [InlineData("[]", "spec is not an object")]
    public void A_malformed_spec_names_the_field(string spec, string expected) => Assert.Equal(expected, Read(spec).Malformed);

    [Fact]
    public void A_collector_with_too_many_pods_names_none_of_them()
    {
        var read = Read("""{"replicas":1000000000,"shards":3}""");
        Assert.NotNull(read.Malformed);
        Assert.Empty(Collector.Of(read).Pods);
        Assert.Equal(200, Collector.Of(Read("""{"replicas":100,"shards":2}""")).Pods.Length);
    }

    [Theory]
    [InlineData(253, null)]
    [InlineData(254, "spec.serviceAccountName")]
    public void A_name_has_at_most_253_characters(int length, string? field)
    {
        var malformed = Read($$$"""{"serviceAccountName":"{{{new string('a', length)}}}"}""").Malformed;
        Assert.Equal(field is null, malformed is null);
        Assert.Contains(field is null ? "" : "(254 characters)", malformed ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_without_its_uid_is_malformed() =>
        Assert.Equal("metadata.uid is missing", PrometheusResource.Read(Parse("""{"metadata":{"namespace":"a","name":"b"},"spec":{}}""")).Malformed);

    [Fact]
    public void Managers_of_remote_write_are_distinguished_from_managers_of_other_fields()
    {
        var resource = Parse("""
            {"metadata":{"namespace":"a","name":"b","uid":"u","resourceVersion":"1","managedFields":[
              {"manager":"helm","fieldsV1":{"f:spec":{"f:replicas":{}}}},
              {"manager":"flux","fieldsV1":{"f:spec":{"f:remoteWrite":{}}}},
              {"manager":"flux","fieldsV1":{"f:spec":{"f:remoteWrite":{}}}},
              {"fieldsV1":{"f:spec":{"f:remoteWrite":{}}}}]},
             "spec":{"remoteWrite":[{"url":"x"}]}}
            """);
        Assert.Equal(["flux", "an unnamed manager"], PrometheusResource.Read(resource).RemoteWriteOwners);
    }

    [Theory]
    [InlineData("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/", "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/")]
    [InlineData("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1", "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/")]
    [InlineData("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/", "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/")]
    [InlineData("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1", "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/")]
    public void The_address_of_a_workspace_is_normalized(string read, string expected) => Assert.Equal(expected, Workspace.Normalize(read));

    private static PrometheusResource Read(string spec) => PrometheusResource.Read(
        Parse($$"""{"metadata":{"namespace":"a","name":"b","uid":"u","resourceVersion":"1"},"spec":{{spec}}}"""));

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
