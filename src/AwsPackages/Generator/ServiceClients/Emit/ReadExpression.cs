using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>Expressions that turn a JSON or XML node, which may be absent, into a .NET value.</summary>
internal static class ReadExpression
{
    public static string Member(ServiceModel model, string parent, Member member) => $"{Reader(model)}.Member({parent}, {CSharp.Literal(member.WireName)})";

    public static string Of(ServiceModel model, Shape shape, string node) => shape.Kind switch
    {
        ShapeKind.Constant => $"{Reader(model)}.Text({node}) is {{ }} {Variable(shape)} ? new {shape.ClassName}({Variable(shape)}) : null",
        ShapeKind.List or ShapeKind.Map => $"{Reader(model)}.{shape.Kind}({node}, static item => {Item(model, shape.Item!)})",
        ShapeKind.Structure => $"ModelReader.{shape.ClassName}({node})",
        _ => $"{Reader(model)}.{shape.Kind}({node})",
    };

    private static string Item(ServiceModel model, Shape item)
    {
        var kind = item.Kind == ShapeKind.Constant ? ShapeKind.Text : item.Kind;
        return kind == ShapeKind.Text ? $"{Reader(model)}.Text(item)" : Of(model, item, "item") + (item.IsValueType ? ".Value" : "");
    }

    private static string Reader(ServiceModel model) => model.Protocol == Protocol.Query ? "XmlRead" : "JsonRead";

    private static string Variable(Shape shape) => CSharp.Camel(shape.ClassName);
}
