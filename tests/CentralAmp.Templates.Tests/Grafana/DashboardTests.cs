using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests.Grafana;

/// <summary>The dashboards by Grafana's schema, and against what the code and the rule pack write. CentralAmp.EndToEnd.Tests runs their queries.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Names => [.. Dashboard.All.Select(dashboard => dashboard.Name)];

    [Fact]
    public void There_are_three_dashboards() => Assert.Equal(["cluster", "cost", "fleet"], Dashboard.All.Select(dashboard => dashboard.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dashboard_with_its_panels_and_queries_is_valid_by_Grafanas_types(string name) =>
        Assert.Equal("", await SchemaFolder.CheckAsync(name, Source(Named(name)), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("\"timezone\": \"browser\"", "\"timezone\": 1")]
    [InlineData("\"gridPos\"", "\"gridPosition\"")]
    [InlineData("\"orientation\": \"auto\"", "\"orientation\": \"sideways\"")]
    [InlineData("\"editorMode\": \"code\"", "\"editorMode\": \"text\"")]
    public async Task What_Grafanas_types_do_not_have_is_found(string right, string wrong)
    {
        var source = Source(Named("fleet"));
        Assert.Contains(right, source, StringComparison.Ordinal);

        Assert.Contains("error TS", await SchemaFolder.CheckAsync($"wrong-{string.Concat(wrong.Where(char.IsAsciiLetter))}", source.Replace(right, wrong, StringComparison.Ordinal), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_query_assumes_one_cluster(string name)
    {
        Assert.NotEmpty(Named(name).Queries);
        Assert.All(Named(name).Queries, item => Assert.Contains("cluster=~\"$cluster\"", item.Query, StringComparison.Ordinal));
        Assert.Contains(Named(name).Variables, variable => (string?)variable["name"] == "cluster" && (bool)variable["multi"]! && (bool)variable["includeAll"]!);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Data_sources_are_variables_panels_have_ids_of_their_own_and_do_not_overlap(string name)
    {
        var panels = Named(name).Panels;
        Assert.All(panels, panel => Assert.Matches(@"^\$\{(datasource|outcomes)\}$", (string)panel["datasource"]!["uid"]!));
        Assert.All(panels.SelectMany(Dashboard.Targets), target => Assert.Matches(@"^\$\{(datasource|outcomes)\}$", (string)target["datasource"]!["uid"]!));
        Assert.Equal(panels.Count, panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        var cells = panels.Select(panel => panel["gridPos"]!).SelectMany(at =>
            from x in Enumerable.Range((int)at["x"]!, (int)at["w"]!) from y in Enumerable.Range((int)at["y"]!, (int)at["h"]!) select (x, y)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_panel_reads_recorded_series_of_the_rule_pack_only_and_says_so(string name) => Assert.All(
        from panel in Named(name).Panels from target in Dashboard.Targets(panel) where Dashboard.Kind(target) == "prometheus"
        from Match found in Recorded().Matches((string)target["expr"]!) select (panel, found.Value),
        item =>
        {
            Assert.Contains(item.Value, RulePack.Records);
            Assert.Contains("Needs the rule pack.", (string?)item.panel["description"], StringComparison.Ordinal);
        });

    /// <summary>The rules are tested with the same figures in CentralAmp.Twin.Tests.</summary>
    [Fact]
    public void Every_recorded_series_is_shown_or_read_by_a_rule() => Assert.All(
        RulePack.Records,
        record => Assert.True(
            Dashboard.All.Any(dashboard => dashboard.Queries.Any(item => item.Query.Contains(record, StringComparison.Ordinal)))
            || RulePack.Rules.Any(rule => Template.Text(rule, "record") != record && Template.Text(rule, "expr")!.Contains(record, StringComparison.Ordinal)),
            record));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_metric_of_CentralAmp_in_CloudWatch_is_one_that_the_code_writes(string name) => Assert.All(
        Named(name).Metrics.Where(target => (string?)target["namespace"] == "CentralAmp"),
        target =>
        {
            Assert.Contains($"\"{(string?)target["metricName"]}\"", Written, StringComparison.Ordinal);
            Assert.All(target["dimensions"]!.AsObject(), dimension => Assert.Contains($"\"{dimension.Key}\"", Written, StringComparison.Ordinal));
        });

    [Fact]
    public void The_cost_of_a_profile_is_computed_with_its_own_rule()
    {
        var queries = Named("cost").Queries.Where(item => item.Panel == "Series that each profile would send").Select(item => item.Query).ToList();
        Assert.Contains(queries, query => query.Contains($"__name__=~\"{ProfileRegex("kubernetes")}\"", StringComparison.Ordinal));
        var minimal = MinimalForm().Match(ProfileRegex("minimal"));
        Assert.True(minimal.Success, "the profile's rule has another form: the query in cost.json must follow");
        Assert.Contains(queries, query => query.Contains($"__name__=~\"{minimal.Groups[1].Value}\"", StringComparison.Ordinal)
            && query.Contains("__name__=\"node_cpu_seconds_total\", mode=\"idle\"", StringComparison.Ordinal)
            && query.Contains("__name__=\"kube_node_status_condition\", status=\"true\"", StringComparison.Ordinal)
            && query.Contains($"__name__=~\"{minimal.Groups[2].Value}\", container!=\"\"", StringComparison.Ordinal));
    }

    private static string Written { get; } =
        File.ReadAllText(Repository.PathOf("src/CentralAmp/Registry/OutcomeMetrics.cs")) + File.ReadAllText(Repository.PathOf("src/CentralAmp/Sweep/SweepMetrics.cs"));

    /// <summary>As it is rendered for a collector (golden file of CentralAmp.Tests).</summary>
    private static string ProfileRegex(string profile)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Repository.PathOf($"tests/CentralAmp.Tests/Deliveries/Rendered/agent-{profile}-direct.prometheus.golden.yml"));
        stream.Load(reader);
        var entry = ((YamlSequenceNode)Template.Child(stream.Documents[0].RootNode, "remote_write")!)[0];
        return Template.Text(((YamlSequenceNode)Template.Child(entry, "write_relabel_configs")!).Single(rule => Template.Text(rule, "action") == "keep"), "regex")!;
    }

    /// <summary>TypeScript that assigns the dashboard, the options of each panel, and each query to Grafana's types.</summary>
    private static string Source(Dashboard dashboard)
    {
        var source = new StringBuilder("import type { Dashboard, Fields, PanelOptions, Query } from './types';\n");
        Assign("dashboard", "Dashboard", dashboard.Json);
        foreach (var panel in dashboard.Panels)
        {
            var (id, kind) = ((int)panel["id"]!, (string)panel["type"]!);
            Assign($"options{id}", $"PanelOptions['{kind}']", panel["options"]!);
            if (panel["fieldConfig"]!["defaults"]!["custom"] is { } custom)
                Assign($"fields{id}", $"Fields['{kind}']", custom);
            foreach (var target in Dashboard.Targets(panel))
                Assign($"query{id}{(string?)target["refId"]}", $"Query['{Dashboard.Kind(target)}']", target);
        }

        return source.ToString();

        void Assign(string name, string type, JsonNode value) => source.Append("export const ").Append(name).Append(": ").Append(type).Append(" = ").Append(value.ToJsonString(Indented)).Append(";\n");
    }

    private static readonly System.Text.Json.JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static Dashboard Named(string name) => Dashboard.All.Single(dashboard => dashboard.Name == name);

    [GeneratedRegex("[a-z_]+:central_amp_[a-z0-9_:]+")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"^\((.+)\);\.\*\|node_cpu_seconds_total;idle;\.\*\|kube_node_status_condition;\[\^;\]\*;true;\.\*\|(container_\([a-z_|]+\));\[\^;\]\*;\[\^;\]\*;\.\+$")]
    private static partial Regex MinimalForm();
}
