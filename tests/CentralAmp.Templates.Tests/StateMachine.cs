using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CentralAmp.Templates.Tests;

/// <summary>A definition file with its substitutions replaced by values that parse.</summary>
internal sealed partial class StateMachine
{
    private StateMachine(string path)
        : this(path, File.ReadAllText(Repository.PathOf(path)))
    {
    }

    private StateMachine(string name, string source)
        : this(name, source, JsonNode.Parse(Unquoted().Replace(source, "1"))!.AsObject())
    {
    }

    private StateMachine(string name, string source, JsonObject root)
    {
        (Name, Source, Root) = (name, source, root);
        States = root[nameof(States)]!.AsObject().ToDictionary(s => s.Key, s => s.Value!.AsObject());
    }

    public static StateMachine Onboarding { get; } = new("statemachines/onboard-cluster.asl.json");

    public static IReadOnlyList<StateMachine> All { get; } =
        [.. Directory.GetFiles(Repository.PathOf("statemachines"), "*.asl.json").Order().Select(file => new StateMachine($"statemachines/{Path.GetFileName(file)}"))];

    public static StateMachine Of(string path) => All.Single(machine => machine.Name == path);

    /// <summary>This state machine and the item processors of its Maps, to any depth.</summary>
    public IEnumerable<StateMachine> Scopes => States
        .Where(s => s.Value["ItemProcessor"] is not null)
        .SelectMany(s => new StateMachine($"{Name}, {s.Key}", Source, s.Value["ItemProcessor"]!.AsObject()).Scopes)
        .Prepend(this);

    public string Name { get; }

    public string Source { get; }

    public JsonObject Root { get; }

    public IReadOnlyDictionary<string, JsonObject> States { get; }

    public string StartAt => Root[nameof(StartAt)]!.GetValue<string>();

    public IEnumerable<KeyValuePair<string, JsonObject>> Tasks => States.Where(s => TypeOf(s.Value) == "Task");

    public IEnumerable<KeyValuePair<string, JsonObject>> LambdaTasks => Tasks.Where(s => Placeholder().Match(s.Value["Resource"]!.GetValue<string>()) is { Success: true, Index: 0 });

    /// <summary>Functions that any state invokes, also inside a Map.</summary>
    public IEnumerable<string> Functions => Invocation().Matches(Source).Select(m => m.Groups[1].Value).Distinct();

    public IEnumerable<string> Substitutions => Placeholder().Matches(Source).Select(m => m.Groups[1].Value).Distinct();

    public static string TypeOf(JsonObject state) => state["Type"]!.GetValue<string>();

    public static IEnumerable<JsonObject> Rules(JsonObject state, string kind) => (state[kind]?.AsArray() ?? []).Select(r => r!.AsObject());

    public static IReadOnlyList<string> ErrorsOf(JsonObject rule) => [.. rule["ErrorEquals"]!.AsArray().Select(e => e!.GetValue<string>())];

    /// <summary>The states that can follow a state: Next, Default, Choices and Catch.</summary>
    public static IEnumerable<string> TargetsOf(JsonObject state) =>
        new[] { state["Next"], state["Default"] }
            .Concat(Rules(state, "Choices").Select(r => r["Next"]))
            .Concat(Rules(state, "Catch").Select(r => r["Next"]))
            .OfType<JsonNode>()
            .Select(n => n.GetValue<string>());

    public IReadOnlySet<string> ReachableFrom(string start, params string[] without)
    {
        var seen = new HashSet<string>(without);
        var open = new Queue<string>([start]);
        while (open.TryDequeue(out var name))
        {
            if (seen.Add(name))
            {
                foreach (var target in TargetsOf(States[name]))
                {
                    open.Enqueue(target);
                }
            }
        }

        seen.ExceptWith(without);
        return seen;
    }

    /// <summary>Every property below a node with its value, through objects and arrays.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Properties(p.Value).Prepend(p)),
        JsonArray a => a.SelectMany(Properties),
        _ => [],
    };

    [GeneratedRegex(@"(?<=: )\$\{\w+\}")]
    private static partial Regex Unquoted();

    [GeneratedRegex("""
        "Resource": "\$\{(\w+)Arn\}"
        """)]
    private static partial Regex Invocation();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();
}
