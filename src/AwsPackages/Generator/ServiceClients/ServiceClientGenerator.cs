using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using CentralAmp.AwsPackages.Generator.ServiceClients.Emit;
using CentralAmp.AwsPackages.Generator.ServiceClients.Endpoints;
using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients;

/// <summary>
/// Generates AWS service clients from additional files: one <c>aws-services.json</c> (see <see cref="ServiceSettings"/>) and, for each
/// service of it, <c>X.service-2.json</c> and <c>X.endpoint-rule-set-1.json</c>. Everything in the trimmed model is generated.
/// </summary>
[Generator]
public sealed class ServiceClientGenerator : IIncrementalGenerator
{
    private const string SettingsFile = "aws-services.json";

    private static readonly DiagnosticDescriptor CannotGenerate = new(
        "AWSPKG001", "An AWS service client cannot be generated", "{0}: {1}", "AwsPackages", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".json", StringComparison.Ordinal))
            .Select((file, cancel) => new KeyValuePair<string, string>(Path.GetFileName(file.Path), file.GetText(cancel)?.ToString() ?? ""))
            .Collect();
        context.RegisterSourceOutput(files, Generate);
    }

    private static void Generate(SourceProductionContext context, ImmutableArray<KeyValuePair<string, string>> files)
    {
        foreach (var settings in files.Where(file => file.Key == SettingsFile).SelectMany(file => ReadSettings(file.Value)))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                GenerateService(context, settings, name => Find(files, name));
            }
            catch (Exception exception) when (exception is UnsupportedModelException or JsonException or KeyNotFoundException)
            {
                context.ReportDiagnostic(Diagnostic.Create(CannotGenerate, Location.None, settings.Key, exception.Message));
            }
        }
    }

    private static void GenerateService(SourceProductionContext context, ServiceSettings settings, Func<string, string> file)
    {
        var model = ServiceModelReader.Read(settings, file(settings.Key + ".service-2.json"));
        Add("Client", ClientEmitter.Emit(model));
        Add("Model", ModelEmitter.Emit(model));
        Add("Wire", WireEmitter.Emit(model));
        Add("Endpoints", EndpointEmitter.Emit(model, file(settings.Key + ".endpoint-rule-set-1.json")));

        void Add(string part, string source) => context.AddSource($"{settings.Namespace}.{part}.g.cs", SourceText.From(source, Encoding.UTF8));
    }

    private static string Find(ImmutableArray<KeyValuePair<string, string>> files, string name) =>
        files.FirstOrDefault(file => file.Key == name).Value ?? throw new UnsupportedModelException($"there is no additional file {name}");

    private static IReadOnlyList<ServiceSettings> ReadSettings(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(service => new ServiceSettings(
            service.Name,
            service.Value.Text("namespace")!,
            service.Value.Text("client")!,
            service.Value.Properties("rename").ToDictionary(rename => rename.Name, rename => rename.Value.GetString()!)))];
    }
}
