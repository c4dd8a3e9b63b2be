using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>The alarms and the dashboard.</summary>
public sealed class WatchingTests
{
    private static IEnumerable<(string Id, YamlMappingNode Properties)> Alarms => Template.Hub.OfType("AWS::CloudWatch::Alarm").Select(a => (a.Id, Template.Hub.Properties(a.Id)));

    [Fact]
    public void Every_alarm_notifies_the_topic_when_it_starts_and_when_it_ends() => Assert.All(Alarms, alarm =>
    {
        Assert.Equal(["AlarmTopic"], Template.Texts(Template.Child(alarm.Properties, "AlarmActions")));
        Assert.Equal(["AlarmTopic"], Template.Texts(Template.Child(alarm.Properties, "OKActions")));
    });

    [Fact]
    public void Every_alarm_describes_the_problem_in_a_sentence_and_links_the_runbook() => Assert.All(Alarms, alarm =>
        Assert.Matches($@"^[A-Z].+\. docs/runbook\.md#{Regex.Escape(alarm.Id.ToLowerInvariant())}$", Template.Text(alarm.Properties, "AlarmDescription")!));

    [Fact]
    public void Every_alarm_defines_how_it_treats_missing_data() => Assert.All(Alarms, alarm => Assert.NotNull(Template.Text(alarm.Properties, "TreatMissingData")));

    [Fact]
    public void A_sweep_that_does_not_run_is_an_alarm() => Assert.Equal("breaching", Template.Text(Template.Hub.Properties("SweepDidNotRun"), "TreatMissingData"));

    [Fact]
    public void Every_state_machine_has_an_alarm_on_its_failed_executions() => Assert.Equal(
        Template.Hub.OfType("AWS::Serverless::StateMachine").Select(m => m.Id).Order(),
        Alarms.Where(a => Template.Text(a.Properties, "MetricName") == "ExecutionsFailed")
            .Select(a => Template.Text(((YamlSequenceNode)Template.Child(a.Properties, "Dimensions")!)[0], "Value")!).Order());

    [Fact]
    public void The_topic_is_encrypted_with_a_key_that_alarms_may_use()
    {
        Assert.Equal("AlarmKey", Template.Text(Template.Hub.Properties("AlarmTopic"), "KmsMasterKeyId"));
        Assert.Contains(Template.Hub.Statements, s => s.Resource == "AlarmKey" && Template.Texts(Template.Child(s.Statement, "Action")).SequenceEqual(["kms:Decrypt", "kms:GenerateDataKey"]));
    }

    [Fact]
    public void The_dashboard_is_json_without_overlaps()
    {
        var body = ((YamlScalarNode)Template.Child(Template.Hub.Properties("Dashboard"), "DashboardBody")!).Value!;
        var widgets = JsonNode.Parse(body)!["widgets"]!.AsArray();

        var fields = widgets.SelectMany(Fields).ToList();
        Assert.Equal(fields.Count, fields.Distinct().Count());
        Assert.All(widgets, widget => Assert.Equal("${AWS::Region}", (string)widget!["properties"]!["region"]!));
    }

    private static IEnumerable<(int X, int Y)> Fields(JsonNode? widget)
    {
        int Number(string name) => (int)widget![name]!;
        return from x in Enumerable.Range(Number("x"), Number("width")) from y in Enumerable.Range(Number("y"), Number("height")) select (x, y);
    }
}
