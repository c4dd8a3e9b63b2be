using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Endpoints;

/// <summary>Conditions, values and templates of a rule set as C# expressions.</summary>
internal sealed class EndpointExpressions
{
    private const string Functions = "Amazon.Runtime.Internal.Endpoints.StandardLibrary.Fn";
    private readonly HashSet<string> known;

    public EndpointExpressions(JsonElement ruleSet)
    {
        Assigned = [.. FindAssigned(ruleSet).Distinct()];
        known = [.. ruleSet.Properties("parameters").Select(parameter => parameter.Name), .. Assigned];
    }

    /// <summary>The variables that conditions assign.</summary>
    public IReadOnlyList<string> Assigned { get; }

    /// <summary>A condition holds when its value is neither null nor false.</summary>
    public string Condition(JsonElement condition)
    {
        if (condition.Text("assign") is { } variable)
        {
            return $"({CSharp.Camel(variable)} = {Value(condition)}) != null";
        }

        return condition.Text("fn") switch
        {
            "isSet" or "booleanEquals" or "stringEquals" or "not" => Value(condition),
            _ => throw new UnsupportedModelException($"endpoint condition {condition.GetRawText()}"),
        };
    }

    /// <summary>A string value, which may be a template as in <c>https://eks.{Region}.{PartitionResult#dnsSuffix}</c>.</summary>
    public string Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? Template(element.GetString()!) : $"(string){Value(element)}";

    /// <summary>Placeholders are names in braces; the braces of JSON, in which a template may stand, never enclose a bare name.</summary>
    public string Template(string template)
    {
        var parts = Regex.Split(template, @"\{(\w+(?:#\w+)?)\}");
        var values = parts.Select((part, index) => index % 2 == 0 ? CSharp.Literal(part) : Placeholder(part));
        return string.Join(" + ", values.Where(value => value != "\"\"").DefaultIfEmpty("\"\""));
    }

    private string Value(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return Template(element.GetString()!);
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean() ? "true" : "false";
            case JsonValueKind.Object when element.Text("ref") is { } name:
                return Reference(name);
            case JsonValueKind.Object:
                return Call(element.Text("fn")!, [.. element.Items("argv")]);
            default:
                throw new UnsupportedModelException($"endpoint value {element.GetRawText()}");
        }
    }

    private string Call(string function, JsonElement[] arguments) => function switch
    {
        "isSet" => $"{Value(arguments[0])} != null",
        "not" => $"!({Value(arguments[0])})",
        "booleanEquals" or "stringEquals" => $"Equals({Value(arguments[0])}, {Value(arguments[1])})",
        "aws.partition" => $"{Functions}.Partition({Text(arguments[0])})",
        "getAttr" => Attribute(Value(arguments[0]), arguments[1].GetString()!),
        _ => throw new UnsupportedModelException($"endpoint function {function}"),
    };

    private string Placeholder(string path)
    {
        var parts = path.Split('#');
        return parts.Length == 1 ? Reference(parts[0]) : Attribute(Reference(parts[0]), parts[1]);
    }

    private string Reference(string name) =>
        known.Contains(name) ? CSharp.Camel(name) : throw new UnsupportedModelException($"unknown endpoint reference {name}");

    private static string Attribute(string value, string path) => $"{Functions}.GetAttr({value}, {CSharp.Literal(path)})";

    private static IEnumerable<string> FindAssigned(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.NameEquals("assign") ? [property.Value.GetString()!] : FindAssigned(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(FindAssigned),
        _ => Array.Empty<string>(),
    };
}
