using CentralAmp.Silence;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Silence;

public sealed class SilenceRulesTests
{
    [Fact]
    public void The_rules_are_what_was_reviewed_and_promtool_tested() =>
        Golden.CheckText("Silence", "silence.rules.golden.yml", SilenceRules.Render(TimeSpan.FromHours(13)));

    [Fact]
    public void The_alert_manager_definition_is_what_was_reviewed() => Golden.CheckText(
        "Silence", "alertmanager.golden.yaml", SilenceRules.AlertManager("arn:aws:sns:eu-west-1:111111111111:central-amp-alarms"));
}
