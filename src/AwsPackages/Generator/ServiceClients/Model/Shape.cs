using System;
using System.Collections.Generic;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>A member of a structure: <paramref name="Name"/> in the model, <paramref name="WireName"/> on the wire.</summary>
internal sealed record Member(string Name, string Property, string WireName, Shape Shape, MemberLocation Location, bool IsIdempotencyToken);

internal enum MemberLocation
{
    Body,
    Path,
    Query,
    Header,
}

internal enum ShapeKind
{
    Text,
    Constant,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Timestamp,
    Blob,
    List,
    Map,
    Structure,
}

/// <summary>A shape of the service model with its .NET type; mutable while the model is read, because shapes may be recursive.</summary>
internal sealed class Shape(string name, ShapeKind kind)
{
    public string Name { get; } = name;

    public ShapeKind Kind { get; } = kind;

    /// <summary>The .NET class of a structure or constant.</summary>
    public string ClassName { get; set; } = name;

    public IReadOnlyList<Member> Members { get; set; } = [];

    public IReadOnlyList<string> Values { get; set; } = [];

    /// <summary>The shape of a list's items or of a map's values.</summary>
    public Shape? Item { get; set; }

    public ErrorTraits? Error { get; set; }

    public bool IsValueType => Kind is ShapeKind.Boolean or ShapeKind.Integer or ShapeKind.Long or ShapeKind.Float or ShapeKind.Double or ShapeKind.Timestamp;

    public bool IsCollection => Kind is ShapeKind.List or ShapeKind.Map;

    /// <summary>The type of a property: SDK v4 makes value types nullable.</summary>
    public string PropertyType => IsValueType ? ItemType + "?" : Kind == ShapeKind.Constant ? ClassName : ItemType;

    /// <summary>The type inside a collection: constants are plain strings there.</summary>
    public string ItemType => Kind switch
    {
        ShapeKind.Text or ShapeKind.Constant => "string",
        ShapeKind.Boolean => "bool",
        ShapeKind.Integer => "int",
        ShapeKind.Long => "long",
        ShapeKind.Float => "float",
        ShapeKind.Double => "double",
        ShapeKind.Timestamp => "DateTime",
        ShapeKind.Blob => "MemoryStream",
        ShapeKind.List => $"List<{Item!.ItemType}>",
        ShapeKind.Map => $"Dictionary<string, {Item!.ItemType}>",
        ShapeKind.Structure => ClassName,
        _ => throw new InvalidOperationException($"{Kind} has no .NET type"),
    };
}

/// <summary>The code of an error on the wire (<paramref name="Code"/>), and whether the SDK may retry it.</summary>
internal sealed record ErrorTraits(string Code, bool Retryable, bool Throttling);
