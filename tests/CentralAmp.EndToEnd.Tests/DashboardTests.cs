using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Runs;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>The queries of src/Grafana/dashboards on a workspace with the rule pack, to which a cluster of each profile writes, and one is silent.</summary>
public sealed class DashboardTests(SharedTwin twin)
{
    private const string Silent = "silent.us-east-1.222222222222";
    private const string NotInMinimal = "Not with profile minimal.";
    private const string OnlySilent = "Empty where all is well.";

    // A rate over a minute needs two scrapes, and a rule its series: some seconds, on a busy machine more.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly string[] Profiles = ["full", "kubernetes", "minimal"];

    // The workspace counts as silent what is expected and sends nothing, so an expectation alone makes a silent cluster.
    private const string Expectation =
        $$$"""{"groups":[{"name":"test","interval":"1s","rules":[{"record":"central_amp_expected","expr":"vector(1)","labels":{"hub":"test","cluster":"{{{Silent}}}","cluster_name":"silent","account_id":"222222222222","region":"us-east-1"}}]}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_returns_data_for_a_cluster_of_every_profile_that_has_it()
    {
        var clusters = await Task.WhenAll(Profiles.Select(OnboardAsync));
        await InstallRulesAsync();

        var wrong = await WrongAsync(clusters);
        for (var deadline = TimeProvider.System.GetUtcNow() + Limit; wrong.Count > 0 && TimeProvider.System.GetUtcNow() < deadline; wrong = await WrongAsync(clusters))
            await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);

        Assert.Empty(wrong);
        foreach (var (_, cluster) in clusters)
            Assert.Equal((1, 0), (await ValueAsync("Clusters expected", cluster), await ValueAsync("Silent clusters", cluster)));
        Assert.Equal((1, 1), (await ValueAsync("Clusters expected", Silent), await ValueAsync("Silent clusters", Silent)));
        Assert.Equal(Profiles.Length, await ValueAsync("Clusters that send", string.Join('|', clusters.Select(item => item.Cluster))));
    }

    private async Task<(string Profile, string Cluster)> OnboardAsync(string profile)
    {
        var name = $"shown-{profile}";
        var arn = await twin.Workflows.SettledClusterAsync(name, new ClusterBehaviour(), new Dictionary<string, string> { ["central-amp:profile"] = profile });
        Assert.Equal("Verified", (string?)(await twin.Workflows.OnboardAsync(arn)).Record?["outcome"]);
        return (profile, $"{name}.{twin.World.Region}.{twin.World.MemberAccount}");
    }

    /// <summary>The rule pack as its stack installs it, evaluated every second instead of every minute or five.</summary>
    private async Task InstallRulesAsync()
    {
        var world = twin.World;
        await world.Aws.DeployStackAsync(
            "rule-pack", "src/Workspace/template.yaml", world.HubAccount, world.Region,
            new Dictionary<string, string> { ["WorkspaceArn"] = world.WorkspaceArn, ["RulePack"] = "true" }, Cancellation);
        var pack = world.Aws.Amp.Rules.RulesOf(world.WorkspaceId)["central-amp-pack"];
        Assert.Contains("interval: 5m", pack, StringComparison.Ordinal);
        var quick = pack.Replace("interval: 5m", "interval: 1s", StringComparison.Ordinal).Replace("interval: 1m", "interval: 1s", StringComparison.Ordinal);
        using var rules = new MemoryStream(Encoding.UTF8.GetBytes(quick));
        await world.Amp.PutRuleGroupsNamespaceAsync(new() { WorkspaceId = world.WorkspaceId, Name = "central-amp-pack", Data = rules }, Cancellation);
        using var expectation = new MemoryStream(Encoding.UTF8.GetBytes(Expectation));
        await world.Amp.CreateRuleGroupsNamespaceAsync(new() { WorkspaceId = world.WorkspaceId, Name = "test", Data = expectation }, Cancellation);
    }

    /// <summary>Queries without data though the profile has it, or with data though the panel says that it has none.</summary>
    private async Task<List<string>> WrongAsync(IReadOnlyList<(string Profile, string Cluster)> clusters)
    {
        var wrong = new List<string>();
        foreach (var (panel, query) in Queries())
        {
            var description = (string?)panel["description"] ?? "";
            foreach (var (profile, cluster) in clusters)
            {
                var expected = !description.StartsWith(OnlySilent, StringComparison.Ordinal) && !(profile == "minimal" && description.Contains(NotInMinimal, StringComparison.Ordinal));
                var found = await AnswerAsync(query, cluster);
                if (found.Count > 0 != expected)
                    wrong.Add($"{(string?)panel["title"]}, {profile}: {found.Count} series for {query}");
            }

            if (description.StartsWith(OnlySilent, StringComparison.Ordinal) && (await AnswerAsync(query, Silent)).Count != 1)
                wrong.Add($"{(string?)panel["title"]}: the silent cluster is missing");
        }

        return wrong;
    }

    private static IEnumerable<(JsonObject Panel, string Query)> Queries() =>
        from file in Directory.GetFiles(Path.Combine(new AwsTwinOptions { RunFolder = "" }.RepositoryRoot, "src", "Grafana", "dashboards"), "*.json")
        from panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        where (string?)target!["datasource"]!["type"] == "prometheus"
        select (panel.AsObject(), (string)target["expr"]!);

    private async Task<double> ValueAsync(string title, string cluster) => Assert.Single(await AnswerAsync(
        Queries().First(item => (string?)item.Panel["title"] == title && (string?)item.Panel["type"] == "stat").Query, cluster));

    /// <summary>The numbers of the answer, with Grafana's variables replaced; a query that Prometheus refuses fails the test.</summary>
    private async Task<IReadOnlyList<double>> AnswerAsync(string query, string cluster)
    {
        var replaced = query.Replace("$cluster", cluster, StringComparison.Ordinal).Replace("$hub", ".+", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal);
        Assert.DoesNotContain("$", replaced, StringComparison.Ordinal);
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("query", replaced)]);
        using var response = await http.PostAsync(new Uri(await twin.World.WorkspaceAddressAsync(), "api/v1/query"), form, Cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        Assert.True((string?)answer["status"] == "success", $"{(string?)answer["error"]}: {replaced}");
        return [.. answer["data"]!["result"]!.AsArray().Select(series => double.Parse((string)series!["value"]![1]!, CultureInfo.InvariantCulture)).Where(value => !double.IsNaN(value))];
    }
}
