using CentralAmp.Tests.Architecture.Planted.Lower;
using CentralAmp.Tests.Architecture.Planted.Upper;
using CentralAmp.Tests.Support;
using Mono.Cecil;

namespace CentralAmp.Tests.Architecture;

public sealed class ArchitectureTests
{
    private const int MostFiles = 20;

    private static readonly string Source = Path.Combine(Repository.Root, "src", "CentralAmp");

    [Fact]
    public void Dependencies_point_downwards_only()
    {
        using var module = Read(typeof(Change));
        Assert.Empty(LayerRules.Violations(Dependencies.Of(module), Layers.Namespaces));
    }

    [Fact]
    public void No_two_folders_need_each_other()
    {
        using var module = Read(typeof(Change));
        Assert.Empty(LayerRules.Cycles(Dependencies.Of(module)));
    }

    [Fact]
    public void A_planted_dependency_that_points_upwards_is_found_with_both_names()
    {
        using var module = Read(typeof(ArchitectureTests));
        var violation = Assert.Single(LayerRules.Violations(Planted(module), [typeof(UpperType).Namespace!, typeof(LowerType).Namespace!]));
        Assert.Contains(typeof(LowerType).FullName!, violation, StringComparison.Ordinal);
        Assert.Contains(typeof(UpperType).FullName!, violation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_planted_cycle_is_found_with_both_names()
    {
        using var module = Read(typeof(ArchitectureTests));
        var cycles = LayerRules.Cycles(Planted(module).Where(dependency => dependency.From.EndsWith("erType", StringComparison.Ordinal)));
        Assert.Equal(2, cycles.Count);
        Assert.All(cycles, cycle => Assert.Contains(nameof(LowerType), cycle, StringComparison.Ordinal));
        Assert.All(cycles, cycle => Assert.Contains(nameof(UpperType), cycle, StringComparison.Ordinal));
    }

    [Fact]
    public void A_namespace_that_no_layer_has_is_found()
    {
        using var module = Read(typeof(ArchitectureTests));
        Assert.Contains(
            LayerRules.Violations(Planted(module), [typeof(UpperType).Namespace!]),
            violation => violation.EndsWith($"{typeof(LowerType).Namespace} is in no layer", StringComparison.Ordinal));
    }

    /// <summary>Fields, signatures, bodies, attributes, generic arguments: each way in which one type may need another.</summary>
    [Fact]
    public void Every_kind_of_dependency_is_found()
    {
        using var module = Read(typeof(ArchitectureTests));
        Assert.Equal(
            [nameof(NeedsByAttribute), nameof(NeedsByBody), nameof(NeedsByField), nameof(NeedsByGenericArgument), nameof(NeedsByInterface), nameof(NeedsBySignature), nameof(UpperType)],
            Planted(module).Where(dependency => dependency.FromNamespace == typeof(UpperType).Namespace).Select(dependency => dependency.From.Split('.')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_folder_is_a_namespace_of_a_layer_and_no_layer_has_another()
    {
        var folders = Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Source, Path.GetDirectoryName(file)!))
            .Where(folder => folder != "." && !IsBuilt(folder))
            .Select(folder => $"{Layers.Root}.{folder.Replace(Path.DirectorySeparatorChar, '.')}")
            .Distinct();
        Assert.Equal(Layers.Namespaces.Where(name => name != Layers.Root).Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_folder_has_more_than_twenty_files()
    {
        var full = Directory.EnumerateDirectories(Source, "*", SearchOption.AllDirectories)
            .Where(folder => !IsBuilt(Path.GetRelativePath(Source, folder)) && Directory.EnumerateFiles(folder, "*.cs").Count() > MostFiles);
        Assert.Empty(full);
    }

    /// <summary>A list of folders that is the picture, so that neither can change alone.</summary>
    [Fact]
    public void The_picture_in_the_documentation_shows_these_layers()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        Assert.Contains(LayerPicture.Of(Layers.All), text, StringComparison.Ordinal);
    }

    private static bool IsBuilt(string folder) => folder.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    private static ModuleDefinition Read(Type type) => ModuleDefinition.ReadModule(type.Assembly.Location);

    private static IReadOnlyList<Dependency> Planted(ModuleDefinition module) =>
        [.. Dependencies.Of(module).Where(dependency => IsPlanted(dependency.FromNamespace) && IsPlanted(dependency.ToNamespace))];

    private static bool IsPlanted(string @namespace) => @namespace == typeof(UpperType).Namespace || @namespace == typeof(LowerType).Namespace;
}
