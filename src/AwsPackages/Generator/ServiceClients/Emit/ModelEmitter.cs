using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>The public data types: constants, requests, responses, structures and errors.</summary>
internal static class ModelEmitter
{
    public static string Emit(ServiceModel model)
    {
        var code = SourceFile.Start($"The data types of {model.ServiceId}, API {model.ApiVersion}.");
        code.Namespace(model.Namespace);
        foreach (var constant in model.Constants)
        {
            EmitConstant(code, constant);
        }

        code.Close().Namespace(model.Namespace + ".Model");
        foreach (var operation in model.Operations)
        {
            EmitStructure(code, operation.Input, model.RequestName + (operation.Anonymous ? ", IAnonymousRequest" : ""));
            EmitStructure(code, operation.Output, "AmazonWebServiceResponse");
        }

        foreach (var structure in model.PlainStructures)
        {
            EmitStructure(code, structure, null);
        }

        foreach (var error in model.Errors)
        {
            ExceptionEmitter.EmitClass(code, error.ClassName, model.ExceptionName, error);
        }

        return code.Close().ToString();
    }

    private static void EmitConstant(CodeWriter code, Shape constant)
    {
        var name = constant.ClassName;
        code.Open($"public partial class {name} : ConstantClass");
        foreach (var value in constant.Values)
        {
            code.Line($"public static readonly {name} {CSharp.Constant(value)} = new {name}({CSharp.Literal(value)});");
        }

        code.Line($"public {name}(string value) : base(value) {{ }}")
            .Line($"public static {name} FindValue(string value) => FindValue<{name}>(value);")
            .Line($"public static implicit operator {name}(string value) => FindValue(value);")
            .Close();
    }

    private static void EmitStructure(CodeWriter code, Shape structure, string? bases)
    {
        code.Open($"public partial class {structure.ClassName}{(bases is null ? "" : " : " + bases)}");
        foreach (var member in structure.Members)
        {
            // SDK v4: collections are null until assigned, unless the application asks for the behaviour of v3.
            var type = member.Shape.PropertyType;
            var initial = member.Shape.IsCollection ? $" = AWSConfigs.InitializeCollections ? new {type}() : null;" : "";
            code.Line($"public {type} {member.Property} {{ get; set; }}{initial}");
        }

        code.Close();
    }
}
