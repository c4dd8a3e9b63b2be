using System.Collections.Generic;
using System.Linq;
using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>The wire format: one static class for each operation, and readers and writers for the structures between them.</summary>
internal static class WireEmitter
{
    public static string Emit(ServiceModel model)
    {
        var code = SourceFile.Start($"The wire format of {model.ServiceId}: {model.Protocol}.");
        code.Namespace(model.Namespace + ".Wire", model.Namespace + ".Model");
        foreach (var operation in model.Operations)
        {
            EmitOperation(code, model, operation);
        }

        IBodyWriter writer = model.Protocol == Protocol.Query ? new QueryBodyWriter() : new JsonBodyWriter();
        EmitWriters(code, writer, ShapeGraph.StructuresFrom(model.Operations.Select(operation => operation.Input)));
        EmitReaders(code, model, ShapeGraph.StructuresFrom(model.Operations.Select(operation => operation.Output).Concat(model.Errors)));
        return code.Close().ToString();
    }

    private static void EmitOperation(CodeWriter code, ServiceModel model, Operation operation)
    {
        var protocol = model.Protocol == Protocol.Query ? "Xml" : "Json";
        code.Open($"internal static class {operation.Name}Wire")
            .Line($"internal static readonly InvokeOptions Options = new InvokeOptions {{ RequestMarshaller = new RequestMarshaller(Marshall), ResponseUnmarshaller = new {protocol}Unmarshaller(Read, ReadError) }};");
        RequestEmitter.Emit(code, model, operation);
        EmitRead(code, model, operation);
        EmitReadError(code, model, operation);
        code.Close();
    }

    private static void EmitRead(CodeWriter code, ServiceModel model, Operation operation)
    {
        var body = model.Protocol == Protocol.Query ? $"XmlRead.Member(body, {CSharp.Literal(operation.ResultWrapper ?? "")})" : "body";
        var read = operation.Output.Members.Count == 0 ? $"new {operation.Output.ClassName}()" : $"ModelReader.{operation.Output.ClassName}({body}) ?? new {operation.Output.ClassName}()";
        code.Line($"private static AmazonWebServiceResponse Read({Body(model)} body) => {read};");
    }

    private static void EmitReadError(CodeWriter code, ServiceModel model, Operation operation)
    {
        const string arguments = "error.Message, error.Inner, error.Type, error.Code, error.RequestId, error.Status";
        code.Open($"private static AmazonServiceException ReadError(ServiceError<{Body(model)}> error) => error.Code switch");
        foreach (var error in operation.Errors)
        {
            var details = ExceptionEmitter.Details(error).Select(member => $"{member.Property} = {ErrorDetail(model, member)}").ToArray();
            var initializer = details.Length == 0 ? "" : $" {{ {string.Join(", ", details)} }}";
            code.Line($"{CSharp.Literal(error.Error!.Code)} => new {error.ClassName}({arguments}){initializer},");
        }

        code.Line($"_ => new {model.ExceptionName}({arguments}),").Close(";");
    }

    private static string ErrorDetail(ServiceModel model, Member member) =>
        member.Location == MemberLocation.Header
            ? $"HeaderRead.{member.Shape.Kind}(error.Header({CSharp.Literal(member.WireName)}))"
            : ReadExpression.Of(model, member.Shape, ReadExpression.Member(model, "error.Body", member));

    private static void EmitWriters(CodeWriter code, IBodyWriter writer, IEnumerable<Shape> structures)
    {
        code.Open("internal static class ModelWriter");
        foreach (var structure in structures)
        {
            code.Open($"internal static void {structure.ClassName}({writer.Parameters}, {structure.ClassName} value)");
            foreach (var member in structure.Members.Where(member => member.Location == MemberLocation.Body))
            {
                writer.Emit(code, member);
            }

            code.Close();
        }

        code.Close();
    }

    private static void EmitReaders(CodeWriter code, ServiceModel model, IEnumerable<Shape> structures)
    {
        code.Open("internal static class ModelReader");
        foreach (var structure in structures.Where(structure => structure.Error is null))
        {
            code.Open($"internal static {structure.ClassName} {structure.ClassName}({Body(model)} body) => body is null ? null : new {structure.ClassName}");
            foreach (var member in structure.Members)
            {
                if (member.Location != MemberLocation.Body)
                {
                    throw new UnsupportedModelException($"location {member.Location} of {structure.Name}.{member.Name} in a response");
                }

                code.Line($"{member.Property} = {ReadExpression.Of(model, member.Shape, ReadExpression.Member(model, "body", member))},");
            }

            code.Close(";");
        }

        code.Close();
    }

    private static string Body(ServiceModel model) => model.Protocol == Protocol.Query ? "XElement" : "JsonElement?";
}
