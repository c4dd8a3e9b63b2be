using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace CentralAmp.AwsPackages.Generator.Annotations;

/// <summary>Reads a method with [LambdaFunction] and checks Lambda's requirements for a handler.</summary>
internal static class LambdaFunctionReader
{
    private const string FromServices = "Amazon.Lambda.Annotations.FromServicesAttribute";
    private const string LambdaContext = "Amazon.Lambda.Core.ILambdaContext";
    private static readonly SymbolDisplayFormat Qualified = SymbolDisplayFormat.FullyQualifiedFormat;

    public static LambdaFunction Read(IMethodSymbol method)
    {
        var (outputType, isAsync) = ReadOutput(method);
        var inputs = method.Parameters.Where(IsInput).ToArray();
        return new LambdaFunction(
            method.ContainingNamespace.IsGlobalNamespace ? "" : method.ContainingNamespace.ToDisplayString(),
            method.ContainingType.ToDisplayString(Qualified),
            method.ContainingType.Name,
            method.Name,
            inputs.Length == 1 ? inputs[0].Type.ToDisplayString(Qualified) : "",
            outputType,
            isAsync,
            string.Join(", ", method.Parameters.Select(Argument)),
            method.Parameters.Any(IsService),
            Check(method, inputs));
    }

    private static (string? Type, bool IsAsync) ReadOutput(IMethodSymbol method)
    {
        if (method.ReturnsVoid)
        {
            return (null, false);
        }

        if (method.ReturnType is INamedTypeSymbol { Name: "Task" } type && type.ContainingNamespace.ToDisplayString() == "System.Threading.Tasks")
        {
            return (type.IsGenericType ? type.TypeArguments[0].ToDisplayString(Qualified) : null, true);
        }

        return (method.ReturnType.ToDisplayString(Qualified), false);
    }

    private static string? Check(IMethodSymbol method, IReadOnlyList<IParameterSymbol> inputs) => method switch
    {
        { IsStatic: true } => "it must not be static",
        { IsGenericMethod: true } => "it must not be generic",
        { IsAsync: true, ReturnsVoid: true } => "async void would lose its failures; return Task",
        { DeclaredAccessibility: not (Accessibility.Public or Accessibility.Internal) } => "it must be public or internal",
        { ContainingType.IsAbstract: true } or { ContainingType.IsGenericType: true } => "its class must be neither abstract nor generic",
        _ when inputs.FirstOrDefault(input => input.Type.Name == "CancellationToken") is not null => "a CancellationToken is not supported; use ILambdaContext.RemainingTime",
        _ when inputs.Count != 1 => $"it must have exactly one input parameter beside ILambdaContext and [FromServices], not {inputs.Count}",
        _ => null,
    };

    private static string Argument(IParameterSymbol parameter) => parameter switch
    {
        _ when IsService(parameter) => $"services.GetRequiredService<{parameter.Type.ToDisplayString(Qualified)}>()",
        _ when IsContext(parameter) => "context",
        _ => "input",
    };

    private static bool IsInput(IParameterSymbol parameter) => !IsService(parameter) && !IsContext(parameter);

    private static bool IsService(IParameterSymbol parameter) =>
        parameter.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == FromServices);

    private static bool IsContext(IParameterSymbol parameter) => parameter.Type.ToDisplayString() == LambdaContext;
}
