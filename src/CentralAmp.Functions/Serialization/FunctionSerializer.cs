using Amazon.Lambda.Serialization.SystemTextJson;

namespace CentralAmp.Functions.Serialization;

/// <summary>Lambda's source-generated serializer makes its own options, in PascalCase; this is the only way to give it others.</summary>
public sealed class FunctionSerializer() : SourceGeneratorLambdaJsonSerializer<FunctionJson>(FunctionJsonOptions.Apply);
