using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>A role may change only what is CentralAmp's: by exact name, by CentralAmp's path or prefix, or by one of a few conditions.</summary>
public sealed class ReachTests
{
    /// <summary>Prefixes of actions that change nothing.</summary>
    private static readonly string[] Reading = ["Get", "List", "Describe", "Query", "Scan"];

    /// <summary>Parts of a resource with a wildcard that limit it to CentralAmp's resources.</summary>
    private static readonly string[] CentralAmpsParts = ["role${RolePath}central-amp-*", "/${MemberRoleName}/*", ":${AWS::StackName}-", "/${AWS::StackName}-", "rulegroupsnamespace/*/central-amp"];

    /// <summary>Condition keys that limit an action to CentralAmp's resources.</summary>
    private static readonly string[] Conditions =
    [
        "iam:PermissionsBoundary", // only roles under CentralAmp's boundary
        "eks:principalArn", // only the access entry of CentralAmpMember
        "eks:authenticationMode", // only the mode that adds access entries
        "lambda:SourceFunctionArn", // only the Lambda service for CentralAmp's functions, not the code of a function
        "aws:ResourceOrgID", // only roles of the organization, of the one name
        "aws:RequestTag/central-amp:cluster-arn", // only resources that get CentralAmp's tag
        "aws:ResourceTag/central-amp:cluster-arn", // only resources that have CentralAmp's tag
    ];

    /// <summary>Actions without resource-level permissions; they change only the logs and traces that AWS writes about CentralAmp's executions.</summary>
    private static readonly string[] Telemetry =
    [
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:UpdateLogDelivery", "logs:PutResourcePolicy",
        "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    ];

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Nothing_can_be_changed_that_is_not_CentralAmps(string template) => Assert.All(
        Template.All.Single(t => t.Name == template).Statements.Where(s => Template.Child(s.Statement, "Principal") is null && Template.Text(s.Statement, "Effect") == "Allow"),
        s => Assert.All(
            Template.Texts(Template.Child(s.Statement, "Action")).Where(Changes),
            action => Assert.True(IsKept(s.Statement), $"{s.Resource}, {Template.Text(s.Statement, "Sid")}: {action} could change what is not CentralAmp's.")));

    [Theory]
    [InlineData("Action: [iam:DeleteRole]\nResource: '*'", false)]
    [InlineData("Action: iam:DeleteRole\nResource: ['arn:aws:iam::1:role${RolePath}central-amp-*', 'arn:aws:iam::1:role/*']", false)]
    [InlineData("Action: iam:DeleteRole\nResource: 'arn:aws:iam::1:role${RolePath}central-amp-*'", true)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEquals: {'iam:PermissionsBoundary': x}}", true)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEqualsIfExists: {'iam:PermissionsBoundary': x}}", false)]
    [InlineData("Action: iam:CreateRole\nResource: '*'\nCondition: {StringEquals: {'aws:RequestedRegion': x}}", false)]
    public void The_check_distinguishes_kept_and_open_statements(string statement, bool kept)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(statement);
        stream.Load(reader);
        Assert.Equal(kept, IsKept((YamlMappingNode)stream.Documents[0].RootNode));
    }

    private static bool Changes(string action) => !Telemetry.Contains(action) && !Reading.Any(action[(action.IndexOf(':', StringComparison.Ordinal) + 1)..].StartsWith);

    private static bool IsKept(YamlMappingNode statement) => NamesCentralAmps(statement) || IsConditioned(statement);

    private static bool NamesCentralAmps(YamlMappingNode statement) => Template.Descendants(Template.Child(statement, "Resource")!)
        .Select(d => d.Value)
        .Prepend(Template.Child(statement, "Resource")!)
        .OfType<YamlScalarNode>()
        .Where(text => text.Value!.Contains('*', StringComparison.Ordinal))
        .All(text => CentralAmpsParts.Any(part => text.Value!.Contains(part, StringComparison.Ordinal)));

    private static bool IsConditioned(YamlMappingNode statement) => Template.Child(statement, "Condition") is { } condition
        && Template.Entries(condition).Where(o => !o.Key.EndsWith("IfExists", StringComparison.Ordinal)).SelectMany(o => Template.Entries(o.Value)).Any(key => Conditions.Contains(key.Key));
}
