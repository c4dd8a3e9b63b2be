using System.Reflection;
using System.Text.RegularExpressions;

namespace CentralAmp.Templates.Tests;

/// <summary>Directory.Build.props defines the version; every other file that shows a version shows this one.</summary>
public sealed partial class VersionTests
{
    private static readonly string Version =
        typeof(ExecutionReference).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static TheoryData<string> Templates => [.. Template.All.Select(template => template.Name)];

    [Fact]
    public void A_version_has_three_numbers_and_no_commit() => Assert.Matches(Numbers(), Version);

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_names_the_version_in_its_metadata(string template) => Assert.Equal(
        Version,
        Template.Text(Template.Map(Template.Map(Template.All.Single(t => t.Name == template).Root, "Metadata")!, "CentralAmp")!, "Version"));

    [Fact]
    public void The_newest_version_of_the_changelog_is_this_one() =>
        Assert.Equal(Version, Heading().Match(File.ReadAllText(Repository.PathOf("CHANGELOG.md"))).Groups[1].Value);

    [GeneratedRegex(@"\A[0-9]+\.[0-9]+\.[0-9]+\z")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^## \[([0-9][^\]]*)\]", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
