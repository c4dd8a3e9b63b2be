using Amazon.Lambda.Serialization.SystemTextJson;

namespace CentralAmp.Functions.Serialization;

/// <summary>Sets the options of Lambda's source-generated serializer, whose default is PascalCase.</summary>
public sealed class FunctionSerializer() : SourceGeneratorLambdaJsonSerializer<FunctionJson>(FunctionJsonOptions.Apply);
