using System.Text.Json;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>A function as its stack configured it.</summary>
public sealed record LambdaFunction(
    string Name, string Arn, string RoleArn, string Handler, TimeSpan Timeout, int MemoryMegabytes, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Reads GetFunction's Configuration.</summary>
    public static LambdaFunction Read(JsonElement configuration) => new(
        configuration.GetProperty("FunctionName").GetString()!,
        configuration.GetProperty("FunctionArn").GetString()!,
        configuration.GetProperty("Role").GetString()!,
        configuration.GetProperty(nameof(Handler)).GetString()!,
        TimeSpan.FromSeconds(configuration.GetProperty(nameof(Timeout)).GetInt32()),
        configuration.GetProperty("MemorySize").GetInt32(),
        configuration.TryGetProperty("Environment", out var environment) && environment.TryGetProperty(nameof(Variables), out var variables)
            ? variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.ToString())
            : new Dictionary<string, string>());
}

/// <summary>An accident that befalls one invocation.</summary>
public enum LambdaFault
{
    None,

    /// <summary>The process dies with the event in its hands, before it has done anything.</summary>
    DiesBeforeWork,

    /// <summary>The process dies with its work done and its answer not given.</summary>
    DiesBeforeAnswer,
}

/// <summary>Decides about accidents: by the function's name (or ANNOTATIONS_HANDLER), how often it has been invoked, from 1, and its event.</summary>
public delegate LambdaFault LambdaFaultInjection(string handler, int invocation, string payload);

/// <summary>What an invocation gives back. A function error is a payload too.</summary>
public sealed record LambdaResult(byte[] Payload, bool IsError)
{
    public static LambdaResult Error(string errorType, string errorMessage) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new { errorType, errorMessage }), true);
}
