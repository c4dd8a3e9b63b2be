using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace CentralAmp.Tests.Support;

/// <summary>
/// Runs a deployed state machine in this process, state by state, with steps as functions: fast enough for thousands of executions.
/// CentralAmp.StateMachines.Tests runs the state machines on a complete engine.
/// </summary>
public sealed partial class WorkflowRunner(string machine)
{
    private const int MostStates = 200;
    private const int MostAttempts = 3;

    /// <summary>Parsed once for each thread, because reading a JsonNode is not safe for several.</summary>
    [ThreadStatic]
    private static Dictionary<string, JsonObject>? parsed;

    private readonly JsonObject states = Parsed(machine)["States"]!.AsObject();
    private readonly string startAt = Parsed(machine)["StartAt"]!.GetValue<string>();
    private readonly Dictionary<string, Func<JsonNode, Task<JsonNode?>>> functions = [];

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Runs in every Wait state, for instance to advance a clock.</summary>
    public Action Waiting { get; init; } = () => { };

    /// <summary>Runs whenever an execution enters a state, with the number of the state in this execution, from 1 on.</summary>
    public Func<ExecutionReference, int, Task> Entering { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The state whose function is invoked twice, as after a lost answer; by its number in an execution.</summary>
    public Func<ExecutionReference, int, bool> IsRepeated { get; set; } = (_, _) => false;

    /// <summary>An action of the test when the execution enters its n-th state.</summary>
    public (int State, Func<Task> Do)? Meanwhile { get; set; }

    /// <summary>An exception that the state machine does not catch, as a crash of the process.</summary>
    public Type? Uncaught { get; init; }

    public WorkflowRunner On<TRequest, TResult>(string name, Func<TRequest, CancellationToken, Task<TResult>> step)
    {
        functions[name] = async request => JsonSerializer.SerializeToNode(
            await step(request.Deserialize<TRequest>(Options)!, CancellationToken.None), Options);
        return this;
    }

    /// <returns>The states that were entered, and the data at the end.</returns>
    public async Task<(IReadOnlyList<string> States, JsonNode? Data)> RunAsync(string input, ExecutionReference execution)
    {
        var context = new JsonObject
        {
            ["Execution"] = new JsonObject { ["Id"] = execution.Id, ["StartTime"] = execution.StartedAt.ToString("O"), ["Input"] = JsonNode.Parse(input) },
        };
        var entered = new List<string>();
        JsonNode? data = JsonNode.Parse(input);
        for (var name = startAt; entered.Count < MostStates;)
        {
            entered.Add(name);
            if (Meanwhile is { } other && other.State == entered.Count)
            {
                Meanwhile = null;
                await other.Do();
            }

            await Entering(execution, entered.Count);
            var state = states[name]!.AsObject();
            if (IsRepeated(execution, entered.Count) && state["Type"]!.GetValue<string>() == "Task")
            {
                await EnterAsync(state, data, context);
            }

            var (next, after) = await EnterAsync(state, data, context);
            data = after;
            if (next is null)
            {
                return (entered, data);
            }

            name = next;
        }

        throw new InvalidOperationException($"The execution does not end: {string.Join(" > ", entered.TakeLast(20))}");
    }

    private async Task<(string? Next, JsonNode? Data)> EnterAsync(JsonObject state, JsonNode? data, JsonObject context)
    {
        var next = state["Next"]?.GetValue<string>();
        switch (state["Type"]!.GetValue<string>())
        {
            case "Task":
                return await TaskAsync(state, data, context);
            case "Choice":
                var rule = state["Choices"]!.AsArray().FirstOrDefault(choice => Holds(choice!, data));
                return ((rule?["Next"] ?? state["Default"])!.GetValue<string>(), data);
            case "Pass":
                return (next, Shape(state["Parameters"]!, data, context));
            case "Wait":
                Waiting();
                return (next, data);
            default:
                return (null, data);
        }
    }

    private async Task<(string? Next, JsonNode? Data)> TaskAsync(JsonObject state, JsonNode? data, JsonObject context)
    {
        var resource = state["Resource"]!.GetValue<string>();
        var function = Placeholder().Match(resource) is { Success: true, Index: 0 } match ? match.Groups[1].Value : resource.Split(":::")[1];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await functions[function](Shape(state["Parameters"]!, data, context)!);
                result = state["ResultSelector"] is { } selector ? Shape(selector, result, context) : result;
                return (state["Next"]?.GetValue<string>(), Put(data, state, "ResultPath", result));
            }
            catch (Exception e) when (e.GetType() != Uncaught)
            {
                if (attempt < MostAttempts && Rules(state, "Retry").Any(rule => Names(rule).Contains(e.GetType().Name)))
                {
                    continue;
                }

                var caught = Rules(state, "Catch").First(rule => Names(rule).Contains(e.GetType().Name) || Names(rule).Contains("States.ALL"));
                var cause = new JsonObject { ["errorType"] = e.GetType().Name, ["errorMessage"] = e.Message }.ToJsonString();
                return (caught["Next"]!.GetValue<string>(), Put(data, caught, "ResultPath", new JsonObject { ["Error"] = e.GetType().Name, ["Cause"] = cause }));
            }
        }
    }

    private static IEnumerable<JsonNode> Rules(JsonObject state, string kind) => (state[kind]?.AsArray() ?? []).Select(rule => rule!);

    private static HashSet<string> Names(JsonNode rule) => [.. rule["ErrorEquals"]!.AsArray().Select(name => name!.GetValue<string>())];

    private static JsonNode? Put(JsonNode? data, JsonNode rule, string field, JsonNode? value)
    {
        var path = rule.AsObject().TryGetPropertyValue(field, out var given) ? given?.GetValue<string>() : "$";
        if (path is null)
        {
            return data;
        }

        if (path == "$")
        {
            return value;
        }

        var copy = data!.DeepClone().AsObject();
        copy[path["$.".Length..]] = value?.DeepClone();
        return copy;
    }

    private static JsonNode? Shape(JsonNode template, JsonNode? data, JsonObject context)
    {
        if (template is JsonArray list)
        {
            return new JsonArray([.. list.Select(item => Shape(item!, data, context))]);
        }

        if (template is not JsonObject fields)
        {
            return template.DeepClone();
        }

        var shaped = new JsonObject();
        foreach (var (key, value) in fields)
        {
            if (key.EndsWith(".$", StringComparison.Ordinal))
            {
                var path = value!.GetValue<string>();
                shaped[key[..^2]] = (path.StartsWith("$$", StringComparison.Ordinal) ? Find(context, path[1..], out _) : Required(data, path))?.DeepClone();
            }
            else
            {
                shaped[key] = value is null ? null : Shape(value, data, context);
            }
        }

        return shaped;
    }

    private static JsonNode? Required(JsonNode? data, string path)
    {
        var found = Find(data, path, out var present);
        return present ? found : throw new InvalidOperationException($"The data has no {path}.");
    }

    private static JsonNode? Find(JsonNode? data, string path, out bool present)
    {
        present = true;
        foreach (var name in path.Split('.').Skip(1))
        {
            present = data is JsonObject parent && parent.TryGetPropertyValue(name, out data);
            if (!present)
            {
                return null;
            }
        }

        return data;
    }

    private static bool Holds(JsonNode rule, JsonNode? data)
    {
        if (rule["And"] is JsonArray all)
        {
            return all.All(inner => Holds(inner!, data));
        }

        var value = Find(data, rule["Variable"]!.GetValue<string>(), out var present);
        return rule.AsObject().First(member => member.Key is not ("Variable" or "Next" or "Comment")) switch
        {
            ("StringEquals", var wanted) => value is JsonValue && value.GetValueKind() == JsonValueKind.String && value.ToString() == wanted!.ToString(),
            ("BooleanEquals", var wanted) => value is JsonValue && value.ToString() == wanted!.ToString(),
            ("IsNull", var wanted) => present && (value is null) == wanted!.GetValue<bool>(),
            ("IsPresent", var wanted) => present == wanted!.GetValue<bool>(),
            var (other, _) => throw new InvalidOperationException($"The runner does not support {other}."),
        };
    }

    private static JsonObject Parsed(string machine)
    {
        parsed ??= [];
        return parsed.TryGetValue(machine, out var found) ? found : parsed[machine] = JsonNode.Parse(Text(machine))!.AsObject();
    }

    private static string Text(string machine)
    {
        using var reader = new StreamReader(typeof(WorkflowRunner).Assembly.GetManifestResourceStream($"{machine}.asl.json")!);
        return Unquoted().Replace(reader.ReadToEnd(), "1");
    }

    [GeneratedRegex(@"(?<=: )\$\{\w+\}")]
    private static partial Regex Unquoted();

    [GeneratedRegex(@"\$\{(\w+)Arn\}")]
    private static partial Regex Placeholder();
}
