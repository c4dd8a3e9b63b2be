using System.Collections.Immutable;
using AwsPackages.Tests.Fidelity;
using CentralAmp.AwsPackages.Generator.Annotations;
using Microsoft.CodeAnalysis;

namespace AwsPackages.Tests.Annotations;

/// <summary>Methods that the generator refuses at compile time, with a reason.</summary>
public sealed class AnnotationsGeneratorTests
{
    private const string Head = """
        using Amazon.Lambda.Annotations; using Amazon.Lambda.Core;
        [assembly: LambdaGlobalProperties(GenerateMain = true)]
        """;

    private const string Serializer = "[assembly: LambdaSerializer(typeof(object))]";

    [Theory]
    [InlineData("[LambdaFunction] public static string Run(string input) => input;", "it must not be static")]
    [InlineData("[LambdaFunction] public T Run<T>(T input) => input;", "it must not be generic")]
    [InlineData("[LambdaFunction] public async void Run(string input) => await Task.Yield();", "async void would lose its failures; return Task")]
    [InlineData("[LambdaFunction] private string Run(string input) => input;", "it must be public or internal")]
    [InlineData("[LambdaFunction] public string Run() => \"\";", "it must have exactly one input parameter beside ILambdaContext and [FromServices], not 0")]
    [InlineData("[LambdaFunction] public string Run(string a, string b) => a + b;", "it must have exactly one input parameter beside ILambdaContext and [FromServices], not 2")]
    [InlineData("[LambdaFunction] public string Run(string a, CancellationToken cancel) => a;", "a CancellationToken is not supported; use ILambdaContext.RemainingTime")]
    [InlineData("[LambdaFunction] public string Run(string a, [FromServices] string b) => a + b;", "[FromServices] needs a class with [LambdaStartup]")]
    [InlineData("[LambdaFunction] public string Run(string a) => a; [LambdaFunction] public string Run(int a) => \"\";", "several functions have this name, and ANNOTATIONS_HANDLER selects by name")]
    public void A_method_that_cannot_be_served_is_a_compile_error(string method, string reason)
    {
        var problem = Assert.Single(Problems($"{Head}\n{Serializer}\npublic sealed class Functions {{ {method} }}"));
        Assert.Equal(DiagnosticSeverity.Error, problem.Severity);
        Assert.EndsWith(": " + reason, problem.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void Main_needs_a_serializer()
    {
        var problem = Assert.Single(Problems($"{Head}\npublic sealed class Functions {{ [LambdaFunction] public string Run(string input) => input; }}"));
        Assert.Contains("LambdaSerializer", problem.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void A_synchronous_function_without_start_up_compiles()
    {
        var source = $"{Head}\n{Serializer.Replace("object", "Serializer", StringComparison.Ordinal)}\n" + """
            public sealed class Functions { [LambdaFunction] public string Run(string input, ILambdaContext context) => input + context.FunctionName; }
            public sealed class Serializer : ILambdaSerializer
            {
                public T Deserialize<T>(Stream requestStream) => default!;
                public void Serialize<T>(T response, Stream responseStream) { }
            }
            """;
        var (compilation, problems) = GeneratorRun.Run(new LambdaFunctionGenerator(), [source], [], GeneratorRun.References());
        Assert.Empty(problems);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.NotNull(compilation.GetTypeByMetadataName("Functions_Run_Generated"));
        Assert.NotNull(compilation.GetTypeByMetadataName("GeneratedProgram"));
    }

    private static ImmutableArray<Diagnostic> Problems(string source) =>
        GeneratorRun.Run(new LambdaFunctionGenerator(), [source], [], GeneratorRun.References()).Diagnostics;
}
