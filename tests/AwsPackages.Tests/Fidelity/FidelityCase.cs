using System.Reflection;
using CentralAmp.AwsPackages.Generator.ServiceClients;
using Microsoft.CodeAnalysis;

namespace AwsPackages.Tests.Fidelity;

/// <summary>A service that every feed serves: the generator's output beside the official assembly.</summary>
/// <param name="folder">Below Fidelity: model, settings and the list of what is missing.</param>
internal sealed class FidelityCase(string folder, string officialAssembly)
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Fidelity");

    /// <summary>Fails on anything extra, on anything missing that is not listed, and on anything listed that is not missing.</summary>
    /// <param name="counts">Selects the official types that are compared, of those that exist on either side.</param>
    public void Check(IEnumerable<MemoryText> models, Func<Type, IReadOnlySet<string>, bool> counts)
    {
        using var context = new MetadataLoadContext(new PathAssemblyResolver(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)));
        var generatedAssembly = context.LoadFromStream(Compile(models));
        var names = generatedAssembly.GetExportedTypes().Select(type => type.FullName!).ToHashSet();
        var generated = PublicSurface.Of(generatedAssembly.GetExportedTypes()).ToHashSet();
        var types = context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, officialAssembly + ".dll")).GetExportedTypes();
        var known = KnownDifferences.Read(Path.Combine(Root, folder, "missing.txt"));

        var missing = PublicSurface.Of(types.Where(type => counts(type, names))).Except(generated).ToArray();

        AssertNone("extra", generated.Except(PublicSurface.Of(types)));
        AssertNone("missing and not listed", missing.Except(known.Members).Where(member => !known.IsInNamespace(member)));
        AssertNone("listed as missing, but there", known.Members.Except(missing));
        Assert.All(known.Namespaces, name => Assert.Contains(missing, member => member.Contains(" " + name + ".", StringComparison.Ordinal)));
    }

    public IEnumerable<MemoryText> Models() =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.json").Select(path => new MemoryText(path, File.ReadAllText(path)));

    private static void AssertNone(string what, IEnumerable<string> members)
    {
        var lines = members.Order(StringComparer.Ordinal).ToArray();
        Assert.True(lines.Length == 0, $"{lines.Length} members are {what}:\n{string.Join('\n', lines)}");
    }

    private MemoryStream Compile(IEnumerable<MemoryText> models)
    {
        var runtime = Directory.GetFiles(Path.Combine(Root, "Runtime"), "*.cs").Select(File.ReadAllText);
        var (compilation, diagnostics) = GeneratorRun.Run(new ServiceClientGenerator(), runtime, models, GeneratorRun.References(without: officialAssembly));
        Assert.Empty(diagnostics);
        var assembly = new MemoryStream();
        var result = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        assembly.Position = 0;
        return assembly;
    }
}
