using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CentralAmp.AwsPackages.Generator.ServiceClients.Emit;
using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Endpoints;

/// <summary>
/// Compiles a service's <c>endpoint-rule-set-1.json</c>: each rule becomes an <c>if</c>, so that a Lambda parses no rules at its
/// start. The language: https://smithy.io/2.0/additional-specs/rules-engine/specification.html
/// </summary>
internal static class EndpointEmitter
{
    public static string Emit(ServiceModel model, string ruleSet)
    {
        using var document = JsonDocument.Parse(ruleSet);
        var root = document.RootElement;
        var expressions = new EndpointExpressions(root);
        var code = SourceFile.Start($"The endpoint rules of {model.ServiceId}.");
        code.Namespace(model.Namespace)
            .Open($"internal sealed class {model.EndpointProviderName} : IEndpointProvider")
            .Open("public Endpoint ResolveEndpoint(EndpointParameters parameters)");
        foreach (var parameter in root.Properties("parameters"))
        {
            code.Line(Declare(parameter));
        }

        foreach (var name in expressions.Assigned)
        {
            code.Line($"object {CSharp.Camel(name)};");
        }

        EmitRules(code, root, expressions);
        code.Line("throw new AmazonClientException(\"Cannot resolve endpoint\");").Close().Close();
        return code.Close().ToString();
    }

    private static string Declare(JsonProperty parameter)
    {
        var read = $"parameters[{CSharp.Literal(parameter.Name)}]";
        return parameter.Value.Text("type") switch
        {
            "boolean" => $"var {CSharp.Camel(parameter.Name)} = {read} is true;",
            "string" => $"var {CSharp.Camel(parameter.Name)} = {read} as string;",
            var type => throw new UnsupportedModelException($"endpoint parameter {parameter.Name} of type {type}"),
        };
    }

    private static void EmitRules(CodeWriter code, JsonElement parent, EndpointExpressions expressions)
    {
        foreach (var rule in parent.Items("rules"))
        {
            var conditions = rule.Items("conditions").Select(expressions.Condition).ToArray();
            code.Open(conditions.Length == 0 ? "" : $"if ({string.Join(" && ", conditions)})");
            EmitRule(code, rule, expressions);
            code.Close();
        }
    }

    private static void EmitRule(CodeWriter code, JsonElement rule, EndpointExpressions expressions)
    {
        switch (rule.Text("type"))
        {
            case "tree":
                EmitRules(code, rule, expressions);
                break;
            case "error":
                code.Line($"throw new AmazonClientException({expressions.Text(rule.GetProperty("error"))});");
                break;
            case "endpoint":
                code.Line($"return {Endpoint(rule.GetProperty("endpoint"), expressions)};");
                break;
            default:
                throw new UnsupportedModelException($"endpoint rule of type {rule.Text("type")}");
        }
    }

    private static string Endpoint(JsonElement endpoint, EndpointExpressions expressions)
    {
        var url = expressions.Text(endpoint.GetProperty("url"));
        var properties = endpoint.GetProperty("properties");
        if (endpoint.Properties("headers").Any())
        {
            throw new UnsupportedModelException("an endpoint with headers");
        }

        return properties.EnumerateObject().Any()
            ? $"new Endpoint({url}, {expressions.Template(JsonSerializer.Serialize(properties))}, null)"
            : $"new Endpoint({url})";
    }
}
