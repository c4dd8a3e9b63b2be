using System.Text.Json.Serialization;
using CentralAmp.Twin.Runs;

namespace CentralAmp.Twin;

/// <summary>What the twin prints and records as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecordedCall))]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class TwinJson : JsonSerializerContext;
