using System.Text.Json;
using System.Text.Json.Serialization;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The road's JSON, read more strictly than the functions do: a field that no request has is passed for nothing.</summary>
internal static class FunctionJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly Dictionary<string, Type> Requests = typeof(ExecutionReference).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal))
        .ToDictionary(type => type.Name[..^"Request".Length]);

    /// <summary>The request as the step of that name gets it.</summary>
    /// <exception cref="JsonException">It lacks something, or has too much.</exception>
    public static object Read(string state, JsonElement request) => request.Deserialize(Requests[state], Options)!;

    public static byte[] Write(object value) => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options);
}
