using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Silence;

namespace CentralAmp.Templates.Tests.Documentation;

/// <summary>docs/runbook.md explains every alarm, cause and outcome, and nothing else.</summary>
public sealed class RunbookTests
{
    private static readonly Page Runbook = new("runbook.md");

    private static IEnumerable<string> Causes => typeof(Causes).GetFields().Select(constant => (string)constant.GetRawConstantValue()!);

    /// <summary>Fail states whose error is not a cause.</summary>
    private static IEnumerable<string> NamedEnds => StateMachine.All.SelectMany(machine => machine.States.Values).Select(state => state["Error"]?.GetValue<string>()).OfType<string>().Distinct();

    private static IEnumerable<string> Alarms =>
        Template.All.SelectMany(template => template.OfType("AWS::CloudWatch::Alarm")).Select(alarm => alarm.Id).Append(SilenceRules.Alert).Concat(RulePack.Alerts);

    [Fact]
    public void Every_alarm_cause_outcome_and_named_end_has_one_heading_and_every_heading_belongs_to_one() => Assert.Equal(
        Alarms.Concat(Causes).Concat(Enum.GetNames<Outcome>()).Concat(NamedEnds).Order(StringComparer.Ordinal),
        Runbook.Headings(level: 3).Order(StringComparer.Ordinal));

    [Fact]
    public void A_cause_is_its_own_name() => Assert.All(typeof(Causes).GetFields(), field => Assert.Equal(field.Name, field.GetRawConstantValue()));

    [Fact]
    public void Every_explanation_is_short() =>
        Assert.All(Runbook.Headings(level: 3), heading => Assert.InRange(Runbook.Under(heading).Count, 1, 8));

    [Theory]
    [InlineData("Reading an execution")]
    [InlineData("Re-running")]
    [InlineData("Dead letters")]
    [InlineData("An elevation that could not be taken back (leftover)")]
    public void Common_procedures_have_a_section(string section) => Assert.Contains(section, Runbook.Headings(level: 2));

    [Fact]
    public void Every_link_has_a_target() => Assert.Subset(Runbook.Anchors.ToHashSet(), Runbook.Links.ToHashSet());

    [Fact]
    public void Every_alert_of_the_rule_pack_links_to_its_heading_with_labels_and_a_sentence() => Assert.All(
        RulePack.Rules.Where(rule => Template.Text(rule, "alert") is not null),
        rule =>
        {
            var annotations = Template.Map(rule, "annotations")!;
            Assert.Equal("${RunbookUrl}#" + Template.Text(rule, "alert")!.ToLowerInvariant(), Template.Text(annotations, "runbook"));
            Assert.Contains(Template.Text(Template.Map(rule, "labels")!, "severity"), (string[])["warning", "critical"]);
            Assert.EndsWith(".", Template.Text(annotations, "description"), StringComparison.Ordinal);
        });

    /// <summary>IAM is global, and CloudTrail has its events in one region only.</summary>
    [Fact]
    public void A_search_for_events_of_IAM_names_their_region()
    {
        var searches = File.ReadLines(Repository.PathOf("docs/runbook.md")).Where(line => line.Contains("cloudtrail lookup-events", StringComparison.Ordinal) && line.Contains("RolePolicy", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(searches);
        Assert.All(searches, line => Assert.Contains("--region us-east-1", line, StringComparison.Ordinal));
    }
}
