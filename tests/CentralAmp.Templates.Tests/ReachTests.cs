using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>Whatever a role may change is ours: by its exact name, by our path or name, or by one of a few conditions.</summary>
public sealed class ReachTests
{
    /// <summary>Beginnings of actions that change nothing.</summary>
    private static readonly string[] Reading = ["Get", "List", "Describe", "Query", "Scan"];

    /// <summary>What in a resource with a wildcard makes it ours.</summary>
    private static readonly string[] Ours = ["role${RolePath}central-amp-*", "/${MemberRoleName}/*", ":${AWS::StackName}-", "/${AWS::StackName}-", "rulegroupsnamespace/*/central-amp"];

    /// <summary>Conditions that keep an action to what is ours.</summary>
    private static readonly string[] Conditions =
    [
        "iam:PermissionsBoundary", // only roles under our boundary
        "eks:principalArn", // only CentralAmpMember's own access entry
        "eks:authenticationMode", // only access entries, added to what a cluster knows
        "lambda:SourceFunctionArn", // only Lambda itself, no function's code (and its interfaces are of our functions)
        "aws:ResourceOrgID", // only roles of the organization, of the one name
        "aws:RequestTag/central-amp:cluster-arn", // only what gets our tag
        "aws:ResourceTag/central-amp:cluster-arn", // only what has our tag
    ];

    /// <summary>They know no resources, and change nothing but what AWS itself writes down about our executions.</summary>
    private static readonly string[] Telemetry =
    [
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:UpdateLogDelivery", "logs:PutResourcePolicy",
        "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    ];

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Nothing_can_be_changed_that_is_not_ours(string template) => Assert.All(
        Template.All.Single(t => t.Name == template).Statements.Where(s => Template.Child(s.Statement, "Principal") is null),
        s => Assert.All(
            Template.Texts(Template.Child(s.Statement, "Action")).Where(Changes),
            action => Assert.True(IsKept(s.Statement), $"{s.Resource}, {Template.Text(s.Statement, "Sid")}: {action} could change what is not ours.")));

    [Theory]
    [InlineData("Action: [iam:DeleteRole]\nResource: '*'", false)]
    [InlineData("Action: iam:DeleteRole\nResource: ['arn:aws:iam::1:role${RolePath}central-amp-*', 'arn:aws:iam::1:role/*']", false)]
    [InlineData("Action: iam:DeleteRole\nResource: 'arn:aws:iam::1:role${RolePath}central-amp-*'", true)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEquals: {'iam:PermissionsBoundary': x}}", true)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEqualsIfExists: {'iam:PermissionsBoundary': x}}", false)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEquals: {'aws:RequestedRegion': x}}", false)]
    public void The_test_tells_them_apart(string statement, bool kept)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(statement);
        stream.Load(reader);
        Assert.Equal(kept, IsKept((YamlMappingNode)stream.Documents[0].RootNode));
    }

    private static bool Changes(string action) => !Telemetry.Contains(action) && !Reading.Any(action[(action.IndexOf(':', StringComparison.Ordinal) + 1)..].StartsWith);

    private static bool IsKept(YamlMappingNode statement) => NamesOurs(statement) || IsConditioned(statement);

    private static bool NamesOurs(YamlMappingNode statement) => Template.Descendants(Template.Child(statement, "Resource")!)
        .Select(d => d.Value)
        .Prepend(Template.Child(statement, "Resource")!)
        .OfType<YamlScalarNode>()
        .Where(text => text.Value!.Contains('*', StringComparison.Ordinal))
        .All(text => Ours.Any(ours => text.Value!.Contains(ours, StringComparison.Ordinal)));

    private static bool IsConditioned(YamlMappingNode statement) => Template.Child(statement, "Condition") is { } condition
        && Template.Entries(condition).Where(o => !o.Key.EndsWith("IfExists", StringComparison.Ordinal)).SelectMany(o => Template.Entries(o.Value)).Any(key => Conditions.Contains(key.Key));
}
