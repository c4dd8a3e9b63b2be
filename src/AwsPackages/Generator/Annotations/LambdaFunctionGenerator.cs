using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace CentralAmp.AwsPackages.Generator.Annotations;

/// <summary>
/// The part of Amazon.Lambda.Annotations that CentralAmp uses, in executable mode: a wrapper for each [LambdaFunction] and a Main.
/// It generates only source code, no CloudFormation template.
/// </summary>
[Generator]
public sealed class LambdaFunctionGenerator : IIncrementalGenerator
{
    private const string Annotations = "Amazon.Lambda.Annotations.";

    private static readonly DiagnosticDescriptor CannotServe = new(
        "AWSLAMBDA001", "A method cannot be a Lambda function", "{0}: {1}", "AwsPackages", DiagnosticSeverity.Error, isEnabledByDefault: true);

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var functions = context.SyntaxProvider.ForAttributeWithMetadataName(
            Annotations + "LambdaFunctionAttribute",
            static (node, _) => node is MethodDeclarationSyntax,
            static (attribute, _) => LambdaFunctionReader.Read((IMethodSymbol)attribute.TargetSymbol)).Collect();
        var startups = context.SyntaxProvider.ForAttributeWithMetadataName(
            Annotations + "LambdaStartupAttribute",
            static (node, _) => node is ClassDeclarationSyntax,
            static (attribute, _) => attribute.TargetSymbol.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)).Collect();
        var assembly = context.CompilationProvider.Select(static (compilation, _) => AssemblySettings.Read(compilation.Assembly));
        context.RegisterSourceOutput(functions.Combine(startups).Combine(assembly), static (output, input) =>
            Generate(output, input.Left.Left, input.Left.Right, input.Right));
    }

    private static void Generate(SourceProductionContext context, ImmutableArray<LambdaFunction> functions, ImmutableArray<string> startups, AssemblySettings assembly)
    {
        if (functions.IsEmpty || Report(context, functions, startups, assembly))
        {
            return;
        }

        foreach (var function in functions)
        {
            Add(context, function.GeneratedType, FunctionEmitter.Emit(function, startups.FirstOrDefault()));
        }

        if (assembly.GenerateMain)
        {
            Add(context, "GeneratedProgram", ProgramEmitter.Emit([.. functions], assembly.SerializerType!));
        }
    }

    private static void Add(SourceProductionContext context, string name, string source) =>
        context.AddSource(name + ".g.cs", SourceText.From(source, Encoding.UTF8));

    /// <summary>Reports all errors; true if there is one.</summary>
    private static bool Report(SourceProductionContext context, ImmutableArray<LambdaFunction> functions, ImmutableArray<string> startups, AssemblySettings assembly)
    {
        var found = false;
        foreach (var function in functions.Where(function => function.Error is not null))
        {
            Problem($"{function.ContainingType}.{function.Name}", function.Error!);
        }

        foreach (var twice in functions.GroupBy(function => function.Name).Where(group => group.Count() > 1))
        {
            Problem(twice.Key, "several functions have this name, and ANNOTATIONS_HANDLER selects by name");
        }

        if (startups.Length > 1)
        {
            Problem(string.Join(", ", startups), "only one class may have [LambdaStartup]");
        }

        if (startups.IsEmpty && functions.FirstOrDefault(function => function.UsesServices) is { } user)
        {
            Problem($"{user.ContainingType}.{user.Name}", "[FromServices] needs a class with [LambdaStartup]");
        }

        if (assembly is { GenerateMain: true, SerializerType: null })
        {
            Problem("[assembly: LambdaGlobalProperties(GenerateMain = true)]", "it needs [assembly: LambdaSerializer(typeof(…))]");
        }

        return found;

        void Problem(string subject, string reason)
        {
            found = true;
            context.ReportDiagnostic(Diagnostic.Create(CannotServe, Location.None, subject, reason));
        }
    }
}
