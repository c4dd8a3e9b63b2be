using System.Text.Json;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>The configuration of a function.</summary>
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

/// <summary>A fault that is injected into one invocation.</summary>
public enum LambdaFault
{
    None,

    /// <summary>The process is killed after it received the event, before any work.</summary>
    DiesBeforeWork,

    /// <summary>The process is killed after its work, before its answer.</summary>
    DiesBeforeAnswer,
}

/// <summary>Selects the fault of an invocation: by the function's name (or ANNOTATIONS_HANDLER), the number of the invocation (from 1), and its event.</summary>
public delegate LambdaFault LambdaFaultInjection(string handler, int invocation, string payload);

/// <summary>The result of an invocation. A function error has a payload, too.</summary>
public sealed record LambdaResult(byte[] Payload, bool IsError)
{
    public static LambdaResult Error(string errorType, string errorMessage) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new { errorType, errorMessage }), true);
}
