namespace CentralAmp.Templates.Tests.Documentation;

/// <summary>docs/security.md explains every statement of the templates, and no other.</summary>
public sealed class SecurityTests
{
    private static readonly Page Security = new("security.md");

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_statement_has_a_row_with_its_actions_and_every_row_a_statement(string template) =>
        Assert.Equal(Written(template).Order(StringComparer.Ordinal), Explained(template).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_row_gives_a_reason(string template) => Assert.All(Security.Rows(template), row =>
    {
        Assert.Equal(4, row.Length);
        Assert.EndsWith(".", row[3], StringComparison.Ordinal);
    });

    [Fact]
    public void Every_line_about_an_attacker_names_a_test_that_exists()
    {
        var sources = Directory.GetFiles(Repository.PathOf("tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText);
        Assert.NotEmpty(Security.Rows("Four attackers"));
        Assert.All(Security.Rows("Four attackers"), row =>
        {
            Assert.NotEmpty(Page.Names(row[3]));
            Assert.All(Page.Names(row[3]), name => Assert.True(
                name.Split('.') switch
                {
                    [var scenario] => ScenarioNames.Contains(scenario),
                    [_, "test", "yml"] => Directory.GetFiles(Repository.PathOf("tests"), name, SearchOption.AllDirectories).Length > 0,
                    [var type, var method] => sources[type].Any(text => text.Contains($" {method}(", StringComparison.Ordinal)),
                    _ => false,
                },
                name));
        });
    }

    private static IEnumerable<string> ScenarioNames => Directory.GetFiles(Repository.PathOf("src/CentralAmp.Twin/Scenarios"), "*.cs").Select(path => Path.GetFileNameWithoutExtension(path).ToLowerInvariant());

    private static IEnumerable<string> Written(string name)
    {
        var template = Template.All.Single(t => t.Name == name);
        return template.Statements.Select(s => Line(
            s.Resource,
            Template.Text(s.Statement, "Sid") ?? Template.Text(template.Properties(s.Resource), "StatementId")!,
            Template.Texts(Template.Child(s.Statement, "Action")))).Distinct();
    }

    private static IEnumerable<string> Explained(string name) =>
        from row in Security.Rows(name)
        from resource in Page.Names(row[0])
        select Line(resource, Page.Names(row[1]).Single(), Page.Names(row[2]));

    private static string Line(string resource, string sid, IEnumerable<string> actions) => $"{resource} {sid}: {string.Join(", ", actions.Order(StringComparer.Ordinal))}";
}
