using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Tests.Prometheus;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>src/Workspace/template.yaml on the twin: what the stack makes of its parameters, and its rule pack before Prometheus' own judge.</summary>
public sealed class WorkspaceTemplateTests(AwsTwinFixture fixture, Promtool promtool) : AwsTwinTests(fixture)
{
    private const string Topic = "arn:aws:sns:eu-west-1:111111111111:alerts";

    [Fact]
    public async Task A_workspace_has_its_alias_tag_retention_limits_and_alert_manager()
    {
        var workspace = await DeployAsync(
            "production", ("Alias", "production"), ("Environment", "production"), ("RetentionDays", "400"), ("DefaultMaxSeries", "1000000"), ("AlertTopicArn", Topic),
            ("Limit1Value", "a.eu-west-1.222222222222"), ("Limit1MaxSeries", "50000"), ("Limit4Label", "account_id"), ("Limit4Value", "333333333333"));

        var described = (await GetAsync($"/workspaces/{workspace}"))["workspace"]!;
        Assert.Equal(("production", "production"), ((string?)described["alias"], (string?)described["tags"]!["environment"]));
        var configuration = (await GetAsync($"/workspaces/{workspace}/configuration"))["workspaceConfiguration"]!;
        Assert.Equal(400, (int)configuration["retentionPeriodInDays"]!);
        Assert.Equal(
            """[{"limits":{"maxSeries":1000000},"labelSet":{}},{"limits":{"maxSeries":50000},"labelSet":{"cluster":"a.eu-west-1.222222222222"}},{"limits":{"maxSeries":0},"labelSet":{"account_id":"333333333333"}}]""",
            configuration["limitsPerLabelSet"]!.ToJsonString());
        var manager = Encoding.UTF8.GetString(Convert.FromBase64String((string)(await GetAsync($"/workspaces/{workspace}/alertmanager/definition"))["alertManagerDefinition"]!["data"]!));
        Assert.Contains($"topic_arn: {Topic}", manager, StringComparison.Ordinal);
        Assert.Contains("region: eu-west-1", manager, StringComparison.Ordinal);
        Assert.Empty(Rules(workspace));
    }

    [Fact]
    public async Task Without_parameters_a_workspace_has_no_limit_no_tag_no_alert_manager_and_no_rules()
    {
        var workspace = await DeployAsync("plain", ("Alias", "plain"));

        Assert.Equal("[]", (await GetAsync($"/workspaces/{workspace}/configuration"))["workspaceConfiguration"]!["limitsPerLabelSet"]!.ToJsonString());
        Assert.Empty((await GetAsync($"/workspaces/{workspace}"))["workspace"]!["tags"]!.AsObject());
        await GetAsync($"/workspaces/{workspace}/alertmanager/definition", HttpStatusCode.NotFound);
        Assert.Empty(Rules(workspace));
    }

    [Fact]
    public async Task An_alert_manager_definition_of_ones_own_is_taken_as_it_is()
    {
        const string own = "alertmanager_config: |\n  route: {receiver: own}\n  receivers: [{name: own}]\n";
        var workspace = await DeployAsync("own-manager", ("Alias", "own"), ("AlertTopicArn", Topic), ("AlertManagerDefinition", own));

        var data = (string)(await GetAsync($"/workspaces/{workspace}/alertmanager/definition"))["alertManagerDefinition"]!["data"]!;
        Assert.Equal(own, Encoding.UTF8.GetString(Convert.FromBase64String(data)));
    }

    [Fact]
    public async Task A_workspace_that_exists_gets_the_rule_pack_and_stays_as_it_is()
    {
        var existing = await DeployAsync("existing", ("Alias", "existing"), ("RetentionDays", "30"));

        var named = await DeployAsync("pack-alone", ("WorkspaceArn", $"arn:aws:aps:us-east-1:111111111111:workspace/{existing}"), ("RulePack", "true"));

        Assert.Equal(existing, named);
        Assert.Equal("central-amp-pack", Assert.Single(Rules(existing)).Key);
        Assert.Equal(30, (int)(await GetAsync($"/workspaces/{existing}/configuration"))["workspaceConfiguration"]!["retentionPeriodInDays"]!);
    }

    [Fact]
    public async Task What_the_twin_does_not_implement_fails_the_stack()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DeployAsync(
            "encrypted", ("Alias", "encrypted"), ("KmsKeyArn", "arn:aws:kms:us-east-1:111111111111:key/k")));

        Assert.Contains("does not implement KmsKeyArn of AWS::APS::Workspace", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The cases, each with its sentence, stand in pack.test.yml.</summary>
    [Fact]
    public async Task The_rule_pack_is_valid_and_alerts_when_it_should_and_only_then()
    {
        var workspace = await DeployAsync("pack", ("Alias", "pack"), ("RulePack", "true"), ("SeriesLimit", "1000"), ("RunbookUrl", "https://wiki.example/runbook"));
        var folder = Directory.CreateTempSubdirectory("pack-").FullName;
        try
        {
            var rules = Path.Combine(folder, "pack.rules.yml");
            await File.WriteAllTextAsync(rules, Rules(workspace)["central-amp-pack"], TestContext.Current.CancellationToken);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Prometheus", "pack.test.yml"), Path.Combine(folder, "pack.test.yml"));

            await promtool.AssertCleanAsync("check", "rules", "--lint=all", "--lint-fatal", rules);
            await promtool.AssertCleanAsync("test", "rules", Path.Combine(folder, "pack.test.yml"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private IReadOnlyDictionary<string, string> Rules(string workspace) => Fixture.Twin.Amp.Rules.RulesOf(workspace);

    /// <returns>The id of the workspace.</returns>
    private async Task<string> DeployAsync(string stack, params (string Name, string Value)[] parameters)
    {
        var outputs = await Fixture.Twin.DeployStackAsync(
            stack, "src/Workspace/template.yaml", TwinAccounts.Hub, TwinAccounts.HomeRegion, parameters.ToDictionary(p => p.Name, p => p.Value),
            TestContext.Current.CancellationToken);
        return outputs["WorkspaceArn"].Split('/')[^1];
    }

    private async Task<JsonNode> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await RawCalls.SendAsync(Fixture, Fixture.Hub, "aps", HttpMethod.Get, path, [], null);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{path}: expected {status}, got {response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
