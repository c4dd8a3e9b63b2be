using System.Linq;
using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>The method that turns an operation's request into an HTTP request.</summary>
internal static class RequestEmitter
{
    public static void Emit(CodeWriter code, ServiceModel model, Operation operation)
    {
        var path = operation.Path.Split('?')[0];
        code.Open("private static IRequest Marshall(AmazonWebServiceRequest input)")
            .Line($"var value = ({operation.Input.ClassName})input;")
            .Line($"IRequest request = new DefaultRequest(input, {CSharp.Literal(model.Namespace)}) {{ HttpMethod = {CSharp.Literal(operation.Method)}, ResourcePath = {CSharp.Literal(path)} }};");
        switch (model.Protocol)
        {
            case Protocol.Query:
                EmitQuery(code, model, operation);
                break;
            case Protocol.Json:
                code.Line($"request.Headers[\"X-Amz-Target\"] = {CSharp.Literal($"{model.TargetPrefix}.{operation.Name}")};")
                    .Line($"JsonWrite.Body(request, {CSharp.Literal("application/x-amz-json-" + model.JsonVersion)}, value, ModelWriter.{operation.Input.ClassName});");
                break;
            default:
                EmitRestJson(code, model, operation);
                break;
        }

        code.Line("return request;").Close();
    }

    private static void EmitQuery(CodeWriter code, ServiceModel model, Operation operation) =>
        code.Line($"request.Parameters.Add(\"Action\", {CSharp.Literal(operation.Name)});")
            .Line($"request.Parameters.Add(\"Version\", {CSharp.Literal(model.ApiVersion)});")
            .Line($"ModelWriter.{operation.Input.ClassName}(request, \"\", value);");

    private static void EmitRestJson(CodeWriter code, ServiceModel model, Operation operation)
    {
        foreach (var member in operation.Input.Members)
        {
            EmitOutsideBody(code, model, operation, member);
        }

        if (operation.Input.Members.Any(member => member.Location == MemberLocation.Query))
        {
            code.Line("request.UseQueryString = true;");
        }

        if (operation.Input.Members.Any(member => member.Location == MemberLocation.Body))
        {
            code.Line($"JsonWrite.Body(request, \"application/json\", value, ModelWriter.{operation.Input.ClassName});");
        }
    }

    private static void EmitOutsideBody(CodeWriter code, ServiceModel model, Operation operation, Member member)
    {
        var name = CSharp.Literal(member.WireName);
        var value = "value." + member.Property;
        switch (member.Location)
        {
            case MemberLocation.Path:
                var greedy = operation.Path.Contains("{" + member.WireName + "+}");
                var key = CSharp.Literal("{" + member.WireName + (greedy ? "+" : "") + "}");
                code.Line($"request.AddPathResource({key}, WireValue.Required({value}) ?? throw new {model.ExceptionName}(\"Request object does not have required field {member.Property} set\"));");
                break;
            case MemberLocation.Query when member.Shape.Kind == ShapeKind.List:
                code.Line($"if (WireValue.IsSet({value})) request.ParameterCollection.Add({name}, {value});");
                break;
            case MemberLocation.Query:
                var otherwise = member.IsIdempotencyToken ? " else request.Parameters.Add(" + name + ", Guid.NewGuid().ToString());" : "";
                code.Line($"if ({value} != null) request.Parameters.Add({name}, WireValue.Text({value}));{otherwise}");
                break;
            case MemberLocation.Header:
                throw new UnsupportedModelException($"header {member.WireName} in the request of {operation.Name}");
        }
    }
}
