using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

internal sealed class JsonBodyWriter : IBodyWriter
{
    public string Parameters => "Utf8JsonWriter writer";

    public void Emit(CodeWriter code, Member member)
    {
        var name = CSharp.Literal(member.WireName);
        var value = "value." + member.Property;
        code.Open($"if ({(member.Shape.IsCollection ? $"WireValue.IsSet({value})" : value + " != null")})")
            .Line($"writer.WritePropertyName({name});")
            .Line(Write(member.Shape, member.Shape.Kind == ShapeKind.Constant || member.Shape.IsValueType ? value + ".Value" : value) + ";")
            .Close();
        if (member.IsIdempotencyToken)
        {
            code.Open("else").Line($"writer.WriteString({name}, Guid.NewGuid().ToString());").Close();
        }
    }

    private static string Write(Shape shape, string value) => shape.Kind switch
    {
        ShapeKind.Text or ShapeKind.Constant => $"writer.WriteStringValue({value})",
        ShapeKind.Boolean => $"writer.WriteBooleanValue({value})",
        ShapeKind.Timestamp => $"JsonWrite.Timestamp(writer, {value})",
        ShapeKind.Blob => $"writer.WriteBase64StringValue({value}.ToArray())",
        ShapeKind.List or ShapeKind.Map => $"JsonWrite.{shape.Kind}(writer, {value}, static (writer, item) => {Write(shape.Item!, "item")})",
        ShapeKind.Structure => $"JsonWrite.Structure(writer, {value}, ModelWriter.{shape.ClassName})",
        _ => $"writer.WriteNumberValue({value})",
    };
}
