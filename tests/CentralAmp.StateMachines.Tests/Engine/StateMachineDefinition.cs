using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>A deployed definition with its substitutions.</summary>
internal sealed partial class StateMachineDefinition
{
    public static readonly StateMachineDefinition Onboarding = new("onboard-cluster");
    public static readonly StateMachineDefinition Offboarding = new("offboard-cluster");

    private readonly string source;

    private StateMachineDefinition(string name)
    {
        Name = name;
        source = Read(name);
        LambdaStates = [.. States().Where(state => state.Value!["Resource"]?.GetValue<string>() == FunctionArn(state.Key)).Select(state => state.Key)];
    }

    public static IReadOnlyList<StateMachineDefinition> All => [Onboarding, Offboarding];

    public string Name { get; }

    /// <summary>States that invoke the function of their name, in the order of the file.</summary>
    public IReadOnlyList<string> LambdaStates { get; }

    public string For(Pace pace)
    {
        var text = Placeholder().Replace(source, match => Substitute(match.Groups[1].Value, pace));
        return pace == Pace.TimesOutSoon
            ? Attempts().Replace(Timeout().Replace(text, "\"TimeoutSeconds\": 8"), "\"MaxAttempts\": 1")
            : text;
    }

    private static string Substitute(string name, Pace pace) => name switch
    {
        "Partition" => "aws",
        "BusName" => "central-amp",
        _ when name.EndsWith("IntervalSeconds", StringComparison.Ordinal) => "1",
        _ when name.EndsWith("Attempts", StringComparison.Ordinal) => pace == Pace.Patient ? "10" : "1",
        "OffboardClusterArn" => $"arn:aws:states:us-east-1:{StateMachineEngine.Account}:stateMachine:offboard-cluster",
        _ when name.EndsWith("Arn", StringComparison.Ordinal) => FunctionArn(name[..^"Arn".Length]),
        _ => throw new InvalidOperationException($"The tests have no value for the substitution {name}."),
    };

    private static string FunctionArn(string name) => $"arn:aws:lambda:us-east-1:{StateMachineEngine.Account}:function:{name}";

    private JsonObject States() => JsonNode.Parse(For(Pace.Patient))!["States"]!.AsObject();

    private static string Read(string name)
    {
        using var resource = typeof(StateMachineDefinition).Assembly.GetManifestResourceStream($"{name}.asl.json")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("\"TimeoutSeconds\": [0-9]+")]
    private static partial Regex Timeout();

    [GeneratedRegex("\"MaxAttempts\": [0-9]+")]
    private static partial Regex Attempts();
}
