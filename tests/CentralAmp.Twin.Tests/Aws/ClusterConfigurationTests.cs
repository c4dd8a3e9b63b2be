using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>The configuration of clusters: authentication mode, and who has a role by EKS Pod Identity.</summary>
public sealed class ClusterConfigurationTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_that_knows_only_its_config_map_takes_access_entries_when_the_update_is_through()
    {
        await CreateAsync("only-config-map", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero, AuthenticationMode = "CONFIG_MAP" });
        var refused = await SendAsync(HttpMethod.Get, "/clusters/only-config-map/access-entries", "", HttpStatusCode.BadRequest);
        Assert.Contains("API_AND_CONFIG_MAP", (string?)refused["message"], StringComparison.Ordinal);

        var id = (string?)(await UpdateAsync("only-config-map", "API_AND_CONFIG_MAP", HttpStatusCode.OK))["update"]!["id"];
        Assert.Equal("UPDATING", await StatusAsync("only-config-map"));
        Assert.Equal("InProgress", await UpdateStatusAsync(id));
        await UpdateAsync("only-config-map", "API_AND_CONFIG_MAP", HttpStatusCode.Conflict);
        for (var attempt = 0; attempt < 100 && await UpdateStatusAsync(id) == "InProgress"; attempt++)
            await Task.Delay(100, Cancellation);

        Assert.Equal(("Successful", "ACTIVE"), (await UpdateStatusAsync(id), await StatusAsync("only-config-map")));
        await SendAsync(HttpMethod.Get, "/clusters/only-config-map/access-entries", "", HttpStatusCode.OK);
        await UpdateAsync("only-config-map", "CONFIG_MAP", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Of_a_cluster_without_associations_none_are_listed()
    {
        await CreateAsync("no-pod-identity", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero });

        var listed = await SendAsync(HttpMethod.Get, "/clusters/no-pod-identity/pod-identity-associations?namespace=monitoring", "", HttpStatusCode.OK);

        Assert.Empty(listed["associations"]!.AsArray());
    }

    private async Task<string?> StatusAsync(string name) => (string?)(await SendAsync(HttpMethod.Get, $"/clusters/{name}", "", HttpStatusCode.OK))["cluster"]!["status"];

    private async Task<string?> UpdateStatusAsync(string? id) =>
        (string?)(await SendAsync(HttpMethod.Get, $"/clusters/only-config-map/updates/{id}", "", HttpStatusCode.OK))["update"]!["status"];

    private Task<JsonNode> UpdateAsync(string name, string mode, HttpStatusCode status) =>
        SendAsync(HttpMethod.Post, $"/clusters/{name}/update-config", $$"""{"accessConfig":{"authenticationMode":"{{mode}}"} }""", status);

    private async Task CreateAsync(string name, ClusterBehaviour behaviour)
    {
        await Fixture.Twin.CreateClusterAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, name, new Dictionary<string, string>(), behaviour, Cancellation);
        while (await StatusAsync(name) == "CREATING")
            await Task.Delay(50, Cancellation);
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string body, HttpStatusCode status)
    {
        using var response = await RawCalls.SendAsync(Fixture, Fixture.Member, "eks", method, path, Encoding.UTF8.GetBytes(body), body.Length > 0 ? "application/json" : null);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == status, $"{method} {path}: expected {status}, got {response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
