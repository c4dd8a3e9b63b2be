using CentralAmp.Silence;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Silence;

public sealed class SilenceRulesTests
{
    [Fact]
    public void The_rules_equal_the_reviewed_file_that_promtool_tests() =>
        Golden.CheckText("Silence", "silence.rules.golden.yml", SilenceRules.Render("0f0e0d0c-0000-0000-0000-000000000000", TimeSpan.FromHours(13)));

    [Fact]
    public void The_alert_manager_definition_equals_the_reviewed_file() => Golden.CheckText(
        "Silence", "alertmanager.golden.yaml", SilenceRules.AlertManager("arn:aws:sns:eu-west-1:111111111111:central-amp-alarms"));
}
