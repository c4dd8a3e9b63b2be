using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Templates.Tests;

/// <summary>House rule 12 (style.md), for every state machine and the item processors of its Maps.</summary>
public sealed class StateMachineTests
{
    private static readonly IReadOnlyDictionary<string, StateMachine> Scopes = StateMachine.All.SelectMany(machine => machine.Scopes).ToDictionary(scope => scope.Name);

    public static TheoryData<string> Names => [.. Scopes.Keys];

    /// <summary>Error names of the platform: Step Functions guide, "Handling errors" and "Lambda exceptions"; EventBridge's putEvents integration.</summary>
    private static readonly string[] Platform =
    [
        "States.ALL", "States.Timeout", "Runtime.ExitError", "Sandbox.Timedout",
        "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
        "Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", "EventBridge.FailedEntry", "EventBridge.InternalException",
        "StepFunctions.ExecutionLimitExceededException", "StepFunctions.AWSStepFunctionsException", "StepFunctions.SdkClientException",
        "StepFunctions.StateMachineDoesNotExistException", "StepFunctions.StateMachineDeletingException",
        "StepFunctions.ThrottlingException", "StepFunctions.ExecutionAlreadyExists", "StepFunctions.ExecutionAlreadyExistsException",
    ];

    private static readonly string[] Permanent = [nameof(BlockedException), "States.ALL", "States.TaskFailed"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_target_exists(string scope)
    {
        Assert.Contains(Scopes[scope].StartAt, Scopes[scope].States.Keys);
        Assert.All(Scopes[scope].States, state => Assert.Subset(Scopes[scope].States.Keys.ToHashSet(), StateMachine.TargetsOf(state.Value).ToHashSet()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_state_is_unreachable(string scope) => Assert.Equal(Scopes[scope].States.Keys.Order(), Scopes[scope].ReachableFrom(Scopes[scope].StartAt).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_state_reaches_an_end(string scope) =>
        Assert.All(Scopes[scope].States.Keys, name => Assert.Contains(Scopes[scope].ReachableFrom(name), end => StateMachine.TypeOf(Scopes[scope].States[end]) is "Succeed" or "Fail" || Scopes[scope].States[end]["End"] is not null));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_task_has_a_timeout(string scope) => Assert.All(Scopes[scope].Tasks, task => Assert.InRange(task.Value["TimeoutSeconds"]!.GetValue<int>(), 1, 900));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_slow_function_ends_by_its_own_timeout_before_the_task(string scope)
    {
        var functionTimeout = int.Parse(
            Template.Text(Template.Map(Template.Map(Template.Hub.Root, "Globals")!, "Function")!, "Timeout")!,
            System.Globalization.CultureInfo.InvariantCulture);

        Assert.All(Scopes[scope].LambdaTasks, task => Assert.True(task.Value["TimeoutSeconds"]!.GetValue<int>() > functionTimeout, task.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_task_retries_transient_errors_with_jitter_and_an_upper_limit(string scope) => Assert.All(Scopes[scope].Tasks, task =>
    {
        var transient = StateMachine.Rules(task.Value, "Retry").First();
        Assert.Equal("FULL", transient["JitterStrategy"]!.GetValue<string>());
        Assert.True(transient["MaxDelaySeconds"]!.GetValue<int>() > transient["IntervalSeconds"]!.GetValue<int>());
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_function_is_retried_when_throttled_and_when_it_crashes(string scope) => Assert.All(Scopes[scope].LambdaTasks, task =>
    {
        var retried = StateMachine.Rules(task.Value, "Retry").SelectMany(StateMachine.ErrorsOf).ToList();
        Assert.Superset(
            new HashSet<string> { nameof(TransientException), "Lambda.TooManyRequestsException", "Lambda.ServiceException", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout" },
            retried.ToHashSet());
        Assert.Equal(retried.Count, retried.Distinct().Count());
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_permanent_is_retried(string scope) =>
        Assert.All(Scopes[scope].Tasks, task => Assert.Empty(StateMachine.Rules(task.Value, "Retry").SelectMany(StateMachine.ErrorsOf).Intersect(Permanent)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_task_catches_known_errors_and_last_and_alone_States_ALL(string scope) => Assert.All(Scopes[scope].Tasks, task =>
    {
        var catches = StateMachine.Rules(task.Value, "Catch").Select(StateMachine.ErrorsOf).ToList();
        Assert.True(catches.Count >= 2, task.Key);
        Assert.Equal(["States.ALL"], catches[^1]);
        Assert.All(catches[..^1], specific => Assert.DoesNotContain("States.ALL", specific));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_error_name_is_one_that_the_functions_or_the_platform_throw(string scope)
    {
        var thrown = typeof(WorkflowException).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(WorkflowException))).Select(t => t.Name).ToHashSet();
        var known = thrown.Concat(Platform).ToHashSet();
        var used = Scopes[scope].Tasks
            .SelectMany(t => StateMachine.Rules(t.Value, "Retry").Concat(StateMachine.Rules(t.Value, "Catch")))
            .SelectMany(StateMachine.ErrorsOf)
            .ToHashSet();

        Assert.Subset(known, used);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_path_is_never_passed_as_a_text(string scope) => Assert.All(Payloads(Scopes[scope]), property =>
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

    [Theory]
    [MemberData(nameof(Names))]
    public void The_start_time_never_gets_into_the_data(string scope) =>
        Assert.All(
            StateMachine.Properties(Scopes[scope].Root).Where(p => p.Value is JsonValue v && v.TryGetValue<string>(out var text) && text.Contains("StartTime", StringComparison.Ordinal)),
            p => Assert.Equal("startedAt.$", p.Key));

    [Theory]
    [MemberData(nameof(Names))]
    public void Choices_read_as_questions_and_nothing_else_does(string scope) =>
        Assert.All(Scopes[scope].States, state => Assert.Equal(StateMachine.TypeOf(state.Value) == "Choice", state.Key.EndsWith('?')));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Payloads(StateMachine scope) => scope.States.Values
        .SelectMany(state => new[] { state["Parameters"], state["ResultSelector"] })
        .SelectMany(StateMachine.Properties);
}
