using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Rule groups namespaces and alert manager definitions of AMP, which moto has in parts or not at all.</summary>
public sealed class RulesTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Data = "Z3JvdXBzOiBbXQ==";

    [Fact]
    public async Task A_namespace_is_created_once_put_described_listed_and_deleted()
    {
        var workspace = await WorkspaceAsync();
        var path = $"/workspaces/{workspace}/rulegroupsnamespaces";
        await ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{path}/central-amp");
        await ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Put, $"{path}/central-amp", $$"""{"data":"{{Data}}"}""");
        await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, path, $$"""{"name":"central-amp","data":"{{Data}}","tags":{"a":"b"} }""");
        await ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, path, $$"""{"name":"central-amp","data":"{{Data}}"}""");
        await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Put, $"{path}/central-amp", """{"data":"Z3JvdXBzOiBbXQo="}""");

        var described = (await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{path}/central-amp"))["ruleGroupsNamespace"]!;
        Assert.Equal(("Z3JvdXBzOiBbXQo=", "b"), ((string?)described["data"], (string?)described["tags"]!["a"]));
        Assert.EndsWith($":rulegroupsnamespace/{workspace}/central-amp", (string?)described["arn"], StringComparison.Ordinal);
        Assert.Single((await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, path))["ruleGroupsNamespaces"]!.AsArray());
        await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Delete, $"{path}/central-amp");
        await ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{path}/central-amp");
    }

    [Fact]
    public async Task There_is_one_alert_manager_definition_or_none()
    {
        var path = $"/workspaces/{await WorkspaceAsync()}/alertmanager/definition";
        await ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
        await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, path, $$"""{"data":"{{Data}}"}""");
        await ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, path, $$"""{"data":"{{Data}}"}""");

        Assert.Equal(Data, (string?)(await ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, path))["alertManagerDefinition"]!["data"]);
    }

    [Fact]
    public async Task Only_the_namespace_that_the_policy_names_may_be_written()
    {
        var workspace = await WorkspaceAsync();
        var session = await (await Fixture.SessionAsync(
            Fixture.Hub, "rules-writer", Clients.Policy("aps:CreateRuleGroupsNamespace", $"arn:aws:aps:us-east-1:111111111111:rulegroupsnamespace/{workspace}/central-amp"))).GetCredentialsAsync();
        var key = new AccessKey(session.AccessKey, session.SecretKey, session.Token, DateTimeOffset.MaxValue, Fixture.Hub.Caller);
        await Fixture.SettledAsync();

        await ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, $"/workspaces/{workspace}/rulegroupsnamespaces", $$"""{"name":"other","data":"{{Data}}"}""", key);
        await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/workspaces/{workspace}/rulegroupsnamespaces", $$"""{"name":"central-amp","data":"{{Data}}"}""", key);
    }

    private async Task<string> WorkspaceAsync() => (string)(await ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/workspaces", """{"alias":"rules"}"""))["workspaceId"]!;

    private async Task<JsonNode> ExpectAsync(HttpStatusCode status, HttpMethod method, string path, string body = "", AccessKey? key = null)
    {
        using var response = await RawCalls.SendAsync(Fixture, key ?? Fixture.Hub, "aps", method, path, Encoding.UTF8.GetBytes(body), body.Length > 0 ? "application/json" : null);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{method} {path}: expected {status}, got {response.StatusCode}: {text}");
        return text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject();
    }
}
