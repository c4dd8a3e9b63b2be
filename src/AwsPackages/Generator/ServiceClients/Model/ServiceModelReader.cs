using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>Reads a botocore <c>service-2.json</c>.</summary>
internal static class ServiceModelReader
{
    public static ServiceModel Read(ServiceSettings settings, string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var metadata = root.GetProperty("metadata");
        var protocol = ReadProtocol(metadata.Text("protocol"));
        var shapes = new ShapeReader(root.GetProperty("shapes"), settings, protocol);
        IReadOnlyList<Operation> operations = [.. root.GetProperty("operations").EnumerateObject().Select(operation => ReadOperation(operation.Value, shapes))];
        var prefix = metadata.Text("endpointPrefix")!;
        return new ServiceModel(
            settings,
            protocol,
            metadata.Text("apiVersion")!,
            metadata.Text("serviceId")!,
            metadata.Text("signingName") ?? prefix,
            prefix,
            metadata.Text("jsonVersion"),
            metadata.Text("targetPrefix"),
            operations,
            shapes.All);
    }

    private static Protocol ReadProtocol(string? name) => name switch
    {
        "query" => Protocol.Query,
        "json" => Protocol.Json,
        "rest-json" => Protocol.RestJson,
        _ => throw new UnsupportedModelException($"protocol '{name}'"),
    };

    private static Operation ReadOperation(JsonElement element, ShapeReader shapes)
    {
        Supported.Operation(element);
        var name = element.Text("name")!;
        var http = element.GetProperty("http");
        return new Operation(
            name,
            http.Text("method")!,
            http.Text("requestUri")!,
            ReadEnd(element, "input", name + "Request", shapes),
            ReadEnd(element, "output", name + "Response", shapes),
            element.TryGetProperty("output", out var output) ? output.Text("resultWrapper") ?? name + "Result" : null,
            element.Text("authtype") == "none",
            [.. element.Items("errors").Select(error => shapes.Read(error.Text("shape")!)).Distinct()]);
    }

    /// <summary>
    /// An operation's request or response. The SDK has both classes even where the model has no shape, and one for each operation
    /// even where operations share a shape.
    /// </summary>
    private static Shape ReadEnd(JsonElement operation, string side, string className, ShapeReader shapes) =>
        new(className, ShapeKind.Structure) { Members = operation.TryGetProperty(side, out var element) ? shapes.Read(element.Text("shape")!).Members : [] };
}
