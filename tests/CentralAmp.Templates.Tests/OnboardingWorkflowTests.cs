using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Templates.Tests;

/// <summary>Guarantees of the onboarding workflow about its data and about elevation.</summary>
public sealed class OnboardingWorkflowTests
{
    private static readonly StateMachine Onboarding = StateMachine.Onboarding;

    [Fact]
    public void Every_kind_of_failure_has_its_own_rule() => Assert.Superset(
        new HashSet<string> { nameof(BlockedException), nameof(NotReadyException), nameof(TransientException) },
        Onboarding.Tasks.SelectMany(t => StateMachine.Rules(t.Value, "Retry").Concat(StateMachine.Rules(t.Value, "Catch"))).SelectMany(StateMachine.ErrorsOf).ToHashSet());

    [Fact]
    public void Every_field_of_the_data_exists_from_the_first_state_on()
    {
        var resolved = Fields(Onboarding.States["ResolveCluster"]["ResultSelector"]!.AsObject());
        var refused = Fields(Onboarding.States["RefuseInput"]["Parameters"]!.AsObject());
        Assert.Equal(resolved, refused);

        var read = Onboarding.States.Where(s => s.Key is not ("ResolveCluster" or "RefuseInput"))
            .SelectMany(s => StateMachine.Properties(s.Value))
            .Where(p => p.Key.EndsWith(".$", StringComparison.Ordinal) || p.Key.EndsWith("Path", StringComparison.Ordinal) || p.Key == "Variable")
            .Select(p => p.Value?.GetValue<string>())
            .OfType<string>()
            .Where(path => path.StartsWith("$.", StringComparison.Ordinal))
            .Select(path => path.Split('.')[1])
            .ToHashSet();

        // The states write all of these fields but the outcome, which the last state makes of them.
        Assert.Subset(resolved.Append("record").ToHashSet(), read);
        Assert.Subset(read, resolved.ToHashSet());
    }

    [Fact]
    public void Elevation_is_removed_before_any_failure_is_recorded()
    {
        // An execution that waited for a collector reads the cluster again; it waits without an elevation (next test).
        var guarded = Onboarding.ReachableFrom("EnsureClusterAccess", "RecordOutcome", "WaitForCollector").Where(name => StateMachine.TypeOf(Onboarding.States[name]) == "Task" && name != "EndElevation");
        Assert.All(guarded, name => Assert.All(StateMachine.Rules(Onboarding.States[name], "Catch"), rule =>
            Assert.DoesNotContain("RecordOutcome", Onboarding.ReachableFrom(rule["Next"]!.GetValue<string>(), "EndElevation"))));
    }

    [Fact]
    public void Nothing_waits_or_ends_with_an_elevation()
    {
        var elevated = Onboarding.ReachableFrom("StartElevation", "EndElevation");
        Assert.Equal(["InstallRbac", "StartElevation"], elevated.Order());
    }

    [Fact]
    public void Elevation_is_removed_immediately_after_the_installation() =>
        Assert.Equal(
            ["InstallRbac", "EndElevation"],
            [Onboarding.States["StartElevation"]["Next"]!.GetValue<string>(), Onboarding.States["InstallRbac"]["Next"]!.GetValue<string>()]);

    [Fact]
    public void Even_when_elevation_cannot_be_removed_the_outcome_is_recorded() =>
        Assert.All(StateMachine.Rules(Onboarding.States["EndElevation"], "Catch"), rule =>
        {
            Assert.Equal("RecordOutcome", rule["Next"]!.GetValue<string>());
            Assert.NotEqual("$.failure", rule["ResultPath"]!.GetValue<string>());
        });

    private static List<string> Fields(JsonObject shape) => [.. shape.Select(p => p.Key.Replace(".$", "", StringComparison.Ordinal)).Order()];
}
