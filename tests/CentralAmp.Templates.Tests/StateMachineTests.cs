using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Templates.Tests;

/// <summary>Rule 12 of the house (style.md), and what the road promises about elevation.</summary>
public sealed class StateMachineTests
{
    private static readonly StateMachine Road = StateMachine.Onboarding;

    /// <summary>Error names of the platform: Step Functions guide, "Handling errors" and "Lambda exceptions"; EventBridge's putEvents integration.</summary>
    private static readonly string[] Platform =
    [
        "States.ALL", "States.Timeout", "Runtime.ExitError", "Sandbox.Timedout",
        "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
        "Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", "EventBridge.FailedEntry", "EventBridge.InternalException",
    ];

    private static readonly string[] Permanent = [nameof(BlockedException), "States.ALL", "States.TaskFailed"];

    [Fact]
    public void Every_target_exists()
    {
        Assert.Contains(Road.StartAt, Road.States.Keys);
        Assert.All(Road.States, state => Assert.Subset(Road.States.Keys.ToHashSet(), StateMachine.TargetsOf(state.Value).ToHashSet()));
    }

    [Fact]
    public void No_state_is_unreachable() => Assert.Equal(Road.States.Keys.Order(), Road.ReachableFrom(Road.StartAt).Order());

    [Fact]
    public void Every_state_leads_to_an_end() =>
        Assert.All(Road.States.Keys, name => Assert.Contains(Road.ReachableFrom(name), end => StateMachine.TypeOf(Road.States[end]) is "Succeed" or "Fail"));

    [Fact]
    public void Every_task_has_a_timeout() => Assert.All(Road.Tasks, task => Assert.InRange(task.Value["TimeoutSeconds"]!.GetValue<int>(), 1, 900));

    [Fact]
    public void A_function_that_is_too_slow_ends_by_its_own_timeout_first()
    {
        var own = int.Parse(
            Template.Text(Template.Map(Template.Map(Template.Hub.Root, "Globals")!, "Function")!, "Timeout")!,
            System.Globalization.CultureInfo.InvariantCulture);

        Assert.All(Road.LambdaTasks, task => Assert.True(task.Value["TimeoutSeconds"]!.GetValue<int>() > own, task.Key));
    }

    [Fact]
    public void Every_task_retries_what_passes_with_jitter_and_an_upper_limit() => Assert.All(Road.Tasks, task =>
    {
        var transient = StateMachine.Rules(task.Value, "Retry").First();
        Assert.Equal("FULL", transient["JitterStrategy"]!.GetValue<string>());
        Assert.True(transient["MaxDelaySeconds"]!.GetValue<int>() > transient["IntervalSeconds"]!.GetValue<int>());
    });

    [Fact]
    public void Every_function_is_retried_when_throttled_and_when_it_crashes() => Assert.All(Road.LambdaTasks, task =>
    {
        var retried = StateMachine.Rules(task.Value, "Retry").SelectMany(StateMachine.ErrorsOf).ToList();
        Assert.Superset(
            new HashSet<string> { nameof(TransientException), "Lambda.TooManyRequestsException", "Lambda.ServiceException", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout" },
            retried.ToHashSet());
        Assert.Equal(retried.Count, retried.Distinct().Count());
    });

    [Fact]
    public void Nothing_permanent_is_retried() =>
        Assert.All(Road.Tasks, task => Assert.Empty(StateMachine.Rules(task.Value, "Retry").SelectMany(StateMachine.ErrorsOf).Intersect(Permanent)));

    [Fact]
    public void Every_task_catches_what_it_knows_and_last_alone_everything() => Assert.All(Road.Tasks, task =>
    {
        var catches = StateMachine.Rules(task.Value, "Catch").Select(StateMachine.ErrorsOf).ToList();
        Assert.True(catches.Count >= 2, task.Key);
        Assert.Equal(["States.ALL"], catches[^1]);
        Assert.All(catches[..^1], specific => Assert.DoesNotContain("States.ALL", specific));
    });

    [Fact]
    public void Every_error_name_is_one_that_we_throw_or_the_platform_does()
    {
        var ours = typeof(RoadException).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(RoadException))).Select(t => t.Name).ToHashSet();
        var known = ours.Concat(Platform).ToHashSet();
        var used = Road.Tasks
            .SelectMany(t => StateMachine.Rules(t.Value, "Retry").Concat(StateMachine.Rules(t.Value, "Catch")))
            .SelectMany(StateMachine.ErrorsOf)
            .ToHashSet();

        Assert.Subset(known, used);
        Assert.Superset(ours, used);
    }

    [Fact]
    public void A_path_is_never_passed_as_a_text() => Assert.All(Payloads(), property =>
    {
        var value = property.Value is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
        if (property.Key.EndsWith(".$", StringComparison.Ordinal))
        {
            Assert.StartsWith("$", value, StringComparison.Ordinal);
        }
        else
        {
            Assert.False(value?.StartsWith("$.", StringComparison.Ordinal) ?? false, $"\"{property.Key}\": \"{value}\" lacks the suffix .$");
        }
    });

    [Fact]
    public void Every_field_of_the_data_exists_from_the_first_state_on()
    {
        var resolved = Fields(Road.States["ResolveCluster"]["ResultSelector"]!.AsObject());
        var refused = Fields(Road.States["RefuseInput"]["Parameters"]!.AsObject());
        Assert.Equal(resolved, refused);

        var read = Road.States.Where(s => s.Key is not ("ResolveCluster" or "RefuseInput"))
            .SelectMany(s => StateMachine.Properties(s.Value))
            .Where(p => p.Key.EndsWith(".$", StringComparison.Ordinal) || p.Key.EndsWith("Path", StringComparison.Ordinal) || p.Key == "Variable")
            .Select(p => p.Value?.GetValue<string>())
            .OfType<string>()
            .Where(path => path.StartsWith("$.", StringComparison.Ordinal))
            .Select(path => path.Split('.')[1])
            .ToHashSet();

        // The outcome is what the road makes of them.
        Assert.Subset(resolved.Append("record").ToHashSet(), read);
        Assert.Subset(read, resolved.ToHashSet());
    }

    [Fact]
    public void The_start_time_never_gets_into_the_data() =>
        Assert.All(
            StateMachine.Properties(Road.Root).Where(p => p.Value is JsonValue v && v.TryGetValue<string>(out var text) && text.Contains("StartTime", StringComparison.Ordinal)),
            p => Assert.Equal("startedAt.$", p.Key));

    [Fact]
    public void Elevation_is_taken_back_before_any_failure_is_recorded()
    {
        var guarded = Road.ReachableFrom("EnsureClusterAccess", "RecordOutcome").Where(name => StateMachine.TypeOf(Road.States[name]) == "Task" && name != "EndElevation");
        Assert.All(guarded, name => Assert.All(StateMachine.Rules(Road.States[name], "Catch"), rule =>
            Assert.DoesNotContain("RecordOutcome", Road.ReachableFrom(rule["Next"]!.GetValue<string>(), "EndElevation"))));
    }

    [Fact]
    public void Elevation_is_taken_back_right_after_the_installation() =>
        Assert.Equal(
            ["InstallRbac", "EndElevation"],
            [Road.States["StartElevation"]["Next"]!.GetValue<string>(), Road.States["InstallRbac"]["Next"]!.GetValue<string>()]);

    [Fact]
    public void Even_when_elevation_cannot_be_taken_back_the_outcome_is_recorded() =>
        Assert.All(StateMachine.Rules(Road.States["EndElevation"], "Catch"), rule =>
        {
            Assert.Equal("RecordOutcome", rule["Next"]!.GetValue<string>());
            Assert.NotEqual("$.failure", rule["ResultPath"]!.GetValue<string>());
        });

    [Fact]
    public void Choices_read_as_questions_and_nothing_else_does() =>
        Assert.All(Road.States, state => Assert.Equal(StateMachine.TypeOf(state.Value) == "Choice", state.Key.EndsWith('?')));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Payloads() => Road.States.Values
        .SelectMany(state => new[] { state["Parameters"], state["ResultSelector"] })
        .SelectMany(StateMachine.Properties);

    private static List<string> Fields(JsonObject shape) => [.. shape.Select(p => p.Key.Replace(".$", "", StringComparison.Ordinal)).Order()];
}
