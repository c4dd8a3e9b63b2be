namespace CentralAmp.Twin.Tests.Prometheus;

/// <summary>The product's rules, as they were reviewed (golden file of CentralAmp.Tests), before Prometheus' own judge.</summary>
public sealed class SilenceRulesTests(Promtool promtool)
{
    private static string Rules => Path.Combine(AppContext.BaseDirectory, "Rendered", "silence.rules.golden.yml");

    [Fact]
    public Task Promtool_finds_nothing_wrong_with_the_rules() => promtool.AssertCleanAsync("check", "rules", "--lint=all", "--lint-fatal", Rules);

    /// <summary>The cases, each with its sentence, stand in silence.test.yml.</summary>
    [Fact]
    public Task A_silent_cluster_pages_also_one_that_never_sent_and_no_other() =>
        promtool.AssertCleanAsync("test", "rules", Path.Combine(AppContext.BaseDirectory, "Prometheus", "silence.test.yml"));
}
