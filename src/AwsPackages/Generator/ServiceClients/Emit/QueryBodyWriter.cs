using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

internal sealed class QueryBodyWriter : IBodyWriter
{
    public string Parameters => "IRequest request, string prefix";

    public void Emit(CodeWriter code, Member member)
    {
        var value = "value." + member.Property;
        code.Open($"if ({(member.Shape.IsCollection ? $"WireValue.IsSet({value})" : value + " != null")})")
            .Line(Write(member.Shape, $"prefix + {CSharp.Literal(member.WireName)}", member.Shape.Kind == ShapeKind.Constant || member.Shape.IsValueType ? value + ".Value" : value) + ";")
            .Close();
    }

    private static string Write(Shape shape, string key, string value) => shape.Kind switch
    {
        ShapeKind.Text or ShapeKind.Constant => $"request.Parameters.Add({key}, {value})",
        ShapeKind.List => $"QueryWrite.List(request, {key}, {value}, static (request, key, item) => {Write(shape.Item!, "key", "item")})",
        ShapeKind.Structure => $"ModelWriter.{shape.ClassName}(request, {key} + \".\", {value})",
        ShapeKind.Map or ShapeKind.Blob => throw new UnsupportedModelException($"a {shape.Kind} in a query request ({shape.Name})"),
        _ => $"request.Parameters.Add({key}, WireValue.Text({value}))",
    };
}
