using System.Net;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>src/Grafana/reader.yaml on the twin: who may become the reader, and what it may do.</summary>
public sealed class ReaderTemplateTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Grafana = "arn:aws:grafana:us-east-1:111111111111:/workspaces/g-0a1b2c3d4e";

    [Fact]
    public async Task The_reader_queries_the_named_workspace_and_does_nothing_else()
    {
        var (named, other) = (await WorkspaceAsync(), await WorkspaceAsync());
        var role = await DeployAsync("reads", named, ("GrafanaWorkspaceArn", Grafana));
        var key = Fixture.Twin.AssumeAsService("grafana.amazonaws.com", role, Grafana);

        foreach (var path in (string[])["query?query=up", "query_range?query=up&start=0&end=1&step=1", "labels", "label/cluster/values", "series?match[]=up", "metadata"])
            Assert.Equal(HttpStatusCode.OK, await CallAsync(key, HttpMethod.Get, $"/workspaces/{named}/api/v1/{path}"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key, HttpMethod.Get, $"/workspaces/{other}/api/v1/query?query=up"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key, HttpMethod.Post, $"/workspaces/{named}/api/v1/remote_write"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key, HttpMethod.Get, $"/workspaces/{named}/rulegroupsnamespaces"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key, HttpMethod.Delete, $"/workspaces/{named}"));
    }

    [Fact]
    public async Task Managed_Grafana_becomes_the_reader_for_its_one_workspace_only()
    {
        var role = await DeployAsync("managed", await WorkspaceAsync(), ("GrafanaWorkspaceArn", Grafana));

        Assert.NotNull(Fixture.Twin.AssumeAsService("grafana.amazonaws.com", role, Grafana));
        Assert.Throws<AwsException>(() => Fixture.Twin.AssumeAsService("grafana.amazonaws.com", role, Grafana.Replace("g-0a", "g-ff", StringComparison.Ordinal)));
        Assert.Throws<AwsException>(() => Fixture.Twin.AssumeAsService("grafana.amazonaws.com", role, Grafana.Replace("1111", "2222", StringComparison.Ordinal)));
        Assert.Throws<AwsException>(() => Fixture.Twin.AssumeAsService("lambda.amazonaws.com", role, Grafana));
        using var sts = Fixture.Sts(Fixture.Member.Credentials());
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = "nobody" }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_Grafana_in_another_account_becomes_the_reader_with_the_external_id_and_not_without()
    {
        var role = await DeployAsync(
            "elsewhere", await WorkspaceAsync(), ("TrustedPrincipalArn", $"arn:aws:iam::{TwinAccounts.Member}:root"), ("ExternalId", "team-a"));

        Assert.NotNull(await Fixture.AssumeAsync(Fixture.Member.Credentials(), role, "team-a"));
        using var sts = Fixture.Sts(Fixture.Member.Credentials());
        await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sts.AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = "no-id" }, TestContext.Current.CancellationToken));
        Assert.Throws<AwsException>(() => Fixture.Twin.AssumeAsService("grafana.amazonaws.com", role, Grafana));
    }

    private async Task<string> WorkspaceAsync()
    {
        var outputs = await Fixture.Twin.DeployStackAsync(
            $"workspace-{Guid.NewGuid():N}", "src/Workspace/template.yaml", TwinAccounts.Hub, TwinAccounts.HomeRegion,
            new Dictionary<string, string> { ["Alias"] = "read" }, TestContext.Current.CancellationToken);
        return outputs["WorkspaceArn"].Split('/')[^1];
    }

    private async Task<string> DeployAsync(string name, string workspace, params (string Name, string Value)[] parameters)
    {
        var given = parameters.ToDictionary(p => p.Name, p => p.Value);
        given["WorkspaceArns"] = $"arn:aws:aps:us-east-1:{TwinAccounts.Hub}:workspace/{workspace}";
        given["RoleName"] = $"reader-{name}";
        var outputs = await Fixture.Twin.DeployStackAsync(
            $"reader-{name}", "src/Grafana/reader.yaml", TwinAccounts.Hub, TwinAccounts.HomeRegion, given, TestContext.Current.CancellationToken);
        return outputs["RoleArn"];
    }

    private async Task<HttpStatusCode> CallAsync(AccessKey key, HttpMethod method, string path)
    {
        using var response = await RawCalls.SendAsync(Fixture, key, "aps", method, path, [], null);
        return response.StatusCode;
    }
}
