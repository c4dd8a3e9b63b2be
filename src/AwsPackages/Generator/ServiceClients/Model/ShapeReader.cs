using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>Turns the model's shapes into <see cref="Shape"/>s, each once, in the order of their names.</summary>
internal sealed class ShapeReader(JsonElement shapes, ServiceSettings settings, Protocol protocol)
{
    private readonly SortedDictionary<string, Shape> known = new(StringComparer.Ordinal);

    public IReadOnlyList<Shape> All => [.. known.Values];

    public Shape Read(string name)
    {
        if (known.TryGetValue(name, out var shape))
        {
            return shape;
        }

        var element = shapes.GetProperty(name);
        Supported.Shape(name, element);
        shape = new Shape(name, Kind(element));
        known.Add(name, shape);
        Fill(shape, element);
        return shape;
    }

    private static ShapeKind Kind(JsonElement element) => element.Text("type") switch
    {
        "string" => element.Has("enum") ? ShapeKind.Constant : ShapeKind.Text,
        "boolean" => ShapeKind.Boolean,
        "integer" => ShapeKind.Integer,
        "long" => ShapeKind.Long,
        "float" => ShapeKind.Float,
        "double" => ShapeKind.Double,
        "timestamp" => ShapeKind.Timestamp,
        "blob" => ShapeKind.Blob,
        "list" => ShapeKind.List,
        "map" => ShapeKind.Map,
        "structure" => ShapeKind.Structure,
        var other => throw new UnsupportedModelException($"shape type '{other}'"),
    };

    private void Fill(Shape shape, JsonElement element)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Constant:
                shape.ClassName = ClassName(shape.Name);
                shape.Values = [.. element.Items("enum").Select(value => value.GetString()!)];
                break;
            case ShapeKind.List:
                shape.Item = Read(element.GetProperty("member").Text("shape")!);
                break;
            case ShapeKind.Map:
                shape.Item = Read(element.GetProperty("value").Text("shape")!);
                break;
            case ShapeKind.Structure:
                shape.Error = Error(shape.Name, element);
                shape.ClassName = shape.Error is null ? ClassName(shape.Name) : ExceptionName(shape.Name);
                shape.Members = [.. element.Properties("members").Select(property => Member(shape, property))];
                break;
        }
    }

    private string ClassName(string name) => settings.Rename.TryGetValue(name, out var renamed) ? renamed : CSharp.Pascal(name);

    private string ExceptionName(string name)
    {
        var className = ClassName(name);
        return className.EndsWith("Exception", StringComparison.Ordinal) ? className : className + "Exception";
    }

    private static ErrorTraits? Error(string name, JsonElement element)
    {
        if (!element.Flag("exception"))
        {
            return null;
        }

        var code = element.TryGetProperty("error", out var error) ? error.Text("code") : null;
        var retryable = element.TryGetProperty("retryable", out var retry);
        return new ErrorTraits(code ?? name, retryable, retryable && retry.Flag("throttling"));
    }

    private Member Member(Shape owner, JsonProperty property)
    {
        Supported.Member(owner.Name, property, protocol);
        var shape = Read(property.Value.Text("shape")!);
        var location = property.Value.Text("location") switch
        {
            null => MemberLocation.Body,
            "uri" => MemberLocation.Path,
            "querystring" => MemberLocation.Query,
            "header" => MemberLocation.Header,
            var other => throw new UnsupportedModelException($"location '{other}' of {owner.Name}.{property.Name}"),
        };
        return new Member(
            property.Name,
            CSharp.Pascal(property.Name),
            property.Value.Text("locationName") ?? property.Name,
            shape,
            location,
            property.Value.Flag("idempotencyToken"));
    }
}
