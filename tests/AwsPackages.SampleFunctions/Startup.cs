using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Annotations;
using Amazon.Lambda.CloudWatchEvents;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using AwsPackages.SampleFunctions;
using Microsoft.Extensions.DependencyInjection;

[assembly: LambdaGlobalProperties(GenerateMain = true)]
[assembly: LambdaSerializer(typeof(SampleSerializer))]

namespace AwsPackages.SampleFunctions;

[LambdaStartup]
public sealed class Startup
{
    public void ConfigureServices(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable("SAMPLE_BROKEN_START") is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        services.AddScoped<InvocationCounter>();
    }
}

/// <summary>Camel case has to be asked for: the official serializer ignores the context's own options.</summary>
public sealed class SampleSerializer()
    : SourceGeneratorLambdaJsonSerializer<SampleJson>(options => options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);

[JsonSerializable(typeof(EchoRequest))]
[JsonSerializable(typeof(EchoResult))]
[JsonSerializable(typeof(FillRequest))]
[JsonSerializable(typeof(CloudWatchEvent<EchoRequest>))]
[JsonSerializable(typeof(string))]
public sealed partial class SampleJson : JsonSerializerContext;
