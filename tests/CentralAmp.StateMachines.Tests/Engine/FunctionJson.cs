using System.Text.Json;
using System.Text.Json.Serialization;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>JSON of the functions' requests and results, read more strictly than the functions do: an unknown field fails, because no function reads it.</summary>
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
    /// <exception cref="JsonException">The request lacks a field or has an unknown one.</exception>
    public static object Read(string state, JsonElement request) => request.Deserialize(Requests[state], Options)!;

    public static byte[] Write(object value) => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options);
}
