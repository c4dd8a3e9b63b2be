using System.Text.Json.Serialization;
using CentralAmp.Twin.Runs;

namespace CentralAmp.Twin;

/// <summary>Serialization of the twin's reports and recorded calls.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecordedCall))]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class TwinJson : JsonSerializerContext;
