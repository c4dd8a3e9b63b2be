using System.Text.Json.Nodes;

namespace CentralAmp.Functions.Tests.Package;

/// <summary>Packages are restored with the content that the lock files name, or not at all.</summary>
public sealed class LockFileTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Tools.RepositoryRoot, "lockfiles");

    /// <summary>Inside the repository: its own build files decide about the lock file of the project here.</summary>
    private readonly string project = Directory.CreateDirectory(Path.Combine(Tools.RepositoryRoot, "artifacts", $"locked-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(project, recursive: true);

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    public async Task The_package_that_ships_is_restored_in_locked_mode(string runtime)
    {
        var properties = await PropertiesAsync(Tools.Project, $"-p:RuntimeIdentifier={runtime}", "-p:CentralAmpPackage=native");

        SkipUnlessLocked(properties);
        Assert.Equal(("true", "true"), ((string?)properties["RestorePackagesWithLockFile"], (string?)properties["RestoreLockedMode"]));
        Assert.Equal(Path.Combine(Folder, $"CentralAmp.Functions.{runtime}.json"), (string?)properties["NuGetLockFilePath"]);
    }

    [Fact]
    public void Every_package_of_every_lock_file_has_the_hash_of_its_content()
    {
        var packages = Directory.GetFiles(Folder).SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["dependencies"]!.AsObject()
            .SelectMany(framework => framework.Value!.AsObject())
            .Where(package => (string?)package.Value!["type"] != "Project")
            .Select(package => (Name: $"{package.Key} in {Path.GetFileName(file)}", Hash: (string?)package.Value!["contentHash"]))).ToList();

        Assert.Contains(packages, package => package.Name == "Microsoft.DotNet.ILCompiler in CentralAmp.Functions.linux-arm64.json");
        Assert.Empty(packages.Where(package => package.Hash is not { Length: 88 }).Select(package => package.Name));
    }

    [Fact]
    public async Task A_package_with_other_content_is_refused()
    {
        const string Hash = "\"contentHash\": \"";
        var locked = await File.ReadAllTextAsync(Path.Combine(Folder, "AwsPackages.Lambda.json"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(project, "locked.json"), locked.Replace(Hash, Hash + "X", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(Tools.RepositoryRoot, "src", "AwsPackages", "Lambda", "AwsPackages.Lambda.csproj"), Path.Combine(project, "Locked.csproj"));
        SkipUnlessLocked(await PropertiesAsync(Path.Combine(project, "Locked.csproj")));

        var (code, output) = await Tools.RunAsync("dotnet", ["restore", Path.Combine(project, "Locked.csproj"), $"-p:NuGetLockFilePath={Path.Combine(project, "locked.json")}"]);

        Assert.True(code != 0, output);
        Assert.Contains("NU1403", output, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> PropertiesAsync(string project, params string[] arguments)
    {
        var (code, output) = await Tools.RunAsync("dotnet",
        [
            "msbuild", project, .. arguments,
            "-getProperty:_UsesLockFiles", "-getProperty:RestorePackagesWithLockFile", "-getProperty:RestoreLockedMode", "-getProperty:NuGetLockFilePath",
        ]);
        Assert.True(code == 0, output);
        return JsonNode.Parse(output)!["Properties"]!;
    }

    private static void SkipUnlessLocked(JsonNode properties) => Assert.SkipUnless(
        (string?)properties["_UsesLockFiles"] == "true", "This SDK is not the one that the lock files were made with (Directory.Build.targets), so it restores without them.");
}
