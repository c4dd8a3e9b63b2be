using System.Linq;
using Microsoft.CodeAnalysis;

namespace CentralAmp.AwsPackages.Generator.Annotations;

/// <summary>Settings from the assembly's attributes: whether to generate Main, and the serializer.</summary>
internal sealed record AssemblySettings(bool GenerateMain, string? SerializerType)
{
    public static AssemblySettings Read(IAssemblySymbol assembly)
    {
        var properties = Find(assembly, "Amazon.Lambda.Annotations.LambdaGlobalPropertiesAttribute");
        var serializer = Find(assembly, "Amazon.Lambda.Core.LambdaSerializerAttribute");
        return new AssemblySettings(
            properties?.NamedArguments.Any(argument => argument is { Key: "GenerateMain", Value.Value: true }) ?? false,
            (serializer?.ConstructorArguments.FirstOrDefault().Value as ITypeSymbol)?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));
    }

    private static AttributeData? Find(IAssemblySymbol assembly, string name) =>
        assembly.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == name);
}
