using System.Reflection;
using CentralAmp.AwsPackages.Generator.ServiceClients;
using Microsoft.CodeAnalysis;

namespace AwsPackages.Tests.Fidelity;

/// <summary>
/// The generator runs on AWS's whole STS model, and the result is compared member by member with the official AWSSDK.SecurityToken,
/// the one service client that every feed serves.
/// </summary>
public sealed class StsFidelityTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fidelity");

    [Fact]
    public void Nothing_is_extra_and_every_missing_member_is_listed_with_its_reason()
    {
        using var context = new MetadataLoadContext(new PathAssemblyResolver(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)));
        var official = PublicSurface.Of(context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AWSSDK.SecurityToken.dll"))).ToHashSet();
        var generated = PublicSurface.Of(context.LoadFromStream(Compile())).ToHashSet();
        var known = KnownDifferences.Read(Path.Combine(Folder, "sts-missing.txt"));

        var missing = official.Except(generated).ToArray();

        AssertNone("extra", generated.Except(official));
        AssertNone("missing and not listed", missing.Except(known.Members).Where(member => !known.IsInNamespace(member)));
        AssertNone("listed as missing, but there", known.Members.Except(missing));
        Assert.All(known.Namespaces, name => Assert.Contains(missing, member => member.Contains(" " + name + ".", StringComparison.Ordinal)));
    }

    private static void AssertNone(string what, IEnumerable<string> members)
    {
        var lines = members.Order(StringComparer.Ordinal).ToArray();
        Assert.True(lines.Length == 0, $"{lines.Length} members are {what}:\n{string.Join('\n', lines)}");
    }

    private static MemoryStream Compile()
    {
        var runtime = Directory.GetFiles(Path.Combine(Folder, "Runtime"), "*.cs").Select(File.ReadAllText);
        var models = Directory.GetFiles(Folder, "*.json").Select(path => new MemoryText(path, File.ReadAllText(path)));
        var (compilation, diagnostics) = GeneratorRun.Run(new ServiceClientGenerator(), runtime, models, GeneratorRun.References(without: "AWSSDK.SecurityToken"));
        Assert.Empty(diagnostics);
        var assembly = new MemoryStream();
        var result = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        assembly.Position = 0;
        return assembly;
    }
}
