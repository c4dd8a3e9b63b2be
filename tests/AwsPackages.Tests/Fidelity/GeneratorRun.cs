using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace AwsPackages.Tests.Fidelity;

/// <summary>Runs a source generator as the compiler would, and compiles its output.</summary>
internal static class GeneratorRun
{
    private const string GlobalUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    /// <summary>Everything that this test program itself is compiled against, less the assemblies named.</summary>
    public static IReadOnlyList<MetadataReference> References(params string[] without) =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !without.Contains(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static (CSharpCompilation Compilation, ImmutableArray<Diagnostic> Diagnostics) Run(
        IIncrementalGenerator generator, IEnumerable<string> sources, IEnumerable<AdditionalText> files, IEnumerable<MetadataReference> references)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = sources.Append(GlobalUsings).Select(source => CSharpSyntaxTree.ParseText(source, options));
        var compilation = CSharpCompilation.Create("Generated", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create([generator.AsSourceGenerator()], files, options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var diagnostics);
        return ((CSharpCompilation)updated, diagnostics);
    }
}

/// <summary>An additional file of a compilation, from memory.</summary>
internal sealed class MemoryText(string path, string content) : AdditionalText
{
    public override string Path => path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(content);
}
