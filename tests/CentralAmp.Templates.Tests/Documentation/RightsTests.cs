namespace CentralAmp.Templates.Tests.Documentation;

/// <summary>The table "What each function can do at worst" of docs/security.md is the one that follows from the policies of the templates.</summary>
public sealed class RightsTests
{
    private const string Heading = "What each function can do at worst";

    /// <summary>Set to 1, the test writes the table into the page.</summary>
    private const string Update = "CENTRALAMP_UPDATE_DOCS";

    /// <summary>What an action allows to code that runs in the function, in the order of the table's cells.</summary>
    private static readonly (string Right, string[] Actions)[] Rights =
    [
        ("lets anyone assume an ingest role", ["iam:UpdateAssumeRolePolicy"]),
        ("makes ingest roles under CentralAmp's boundary", ["iam:CreateRole"]),
        ("gives an ingest role any workspace, or none", ["iam:PutRolePolicy"]),
        ("puts CentralAmp's boundary on ingest roles", ["iam:PutRolePermissionsBoundary"]),
        ("tags ingest roles", ["iam:TagRole"]),
        ("deletes ingest roles", ["iam:DeleteRole", "iam:DeleteRolePolicy"]),
        ("registers and tags issuers of EKS", ["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"]),
        ("deletes issuers with CentralAmp's tag", ["iam:DeleteOpenIDConnectProvider"]),
        ("reads ingest roles and issuers", ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListRoles", "iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"]),
        ("writes samples", ["aps:RemoteWrite"]),
        ("reads metrics", ["aps:QueryMetrics"]),
        ("changes CentralAmp's rules, creates missing alert managers", ["aps:CreateRuleGroupsNamespace", "aps:PutRuleGroupsNamespace", "aps:DescribeRuleGroupsNamespace", "aps:CreateAlertManagerDefinition", "aps:DescribeAlertManagerDefinition"]),
        ("reads workspaces", ["aps:DescribeWorkspace"]),
        ("writes the registry", ["dynamodb:UpdateItem"]),
        ("reads the registry", ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]),
        ("lists accounts", ["organizations:ListAccounts"]),
        ("alarms operators", ["sns:Publish"]),
    ];

    /// <summary>The same for the roles in a member account.</summary>
    private static readonly (string Right, string[] Actions)[] MemberRights =
    [
        ("elevates CentralAmpMember", ["eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy"]),
        ("changes its access entry", ["eks:CreateAccessEntry", "eks:UpdateAccessEntry", "eks:DeleteAccessEntry", "eks:TagResource"]),
        ("switches authentication modes, where that is allowed", ["eks:UpdateClusterConfig", "eks:DescribeUpdate"]),
        ("makes, re-trusts and deletes collector roles", ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:TagRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole"]),
        ("registers and tags issuers of EKS, deletes those with CentralAmp's tag", ["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider"]),
        ("reads EKS", ["eks:ListClusters", "eks:DescribeCluster", "eks:ListPodIdentityAssociations", "eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"]),
        ("reads collector roles and issuers", ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListRoles", "iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"]),
    ];

    [Fact]
    public void The_table_of_each_functions_rights_is_the_one_that_follows_from_the_templates()
    {
        var expected = Table();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            Write(expected);
        }

        var written = new Page("security.md").Under(Heading).Where(line => line.StartsWith('|')).ToList();
        Assert.True(expected.SequenceEqual(written), $"Run this test with {Update}=1, and look at the difference. Expected:\n{string.Join('\n', expected)}");
    }

    [Fact]
    public void Every_action_of_every_function_has_its_words()
    {
        Assert.Empty(Functions.SelectMany(ActionsOf).Where(action => action != "sts:AssumeRole").Except(Rights.SelectMany(right => right.Actions)).Distinct());
        Assert.Equal(MemberRights.SelectMany(right => right.Actions).Order(), MemberActions("MemberRole").Concat(MemberActions("MemberManager")).Distinct().Order());
    }

    private static IEnumerable<string> Functions => Template.Hub.OfType("AWS::Serverless::Function").Select(function => function.Id);

    private static List<string> Table() =>
    [
        "| functions | in the hub | in a member | in its clusters |",
        "| --- | --- | --- | --- |",
        .. Functions.GroupBy(function => (Hub: InHub(function), Member: InMember(function), Cluster: InCluster(function)))
            .Select(same => $"| {string.Join(", ", same.Select(function => $"`{function}`"))} | {same.Key.Hub} | {same.Key.Member} | {same.Key.Cluster} |"),
    ];

    private static string InHub(string function) => Words(Rights.Where(right => right.Actions.Intersect(ActionsOf(function)).Any()).Select(right => right.Right));

    private static string InMember(string function)
    {
        string[] actions = [.. Manages(function) ? MemberActions("MemberManager") : [], .. Looks(function) ? MemberActions("MemberRole") : []];
        return Words(MemberRights.Where(right => right.Actions.Intersect(actions).Any()).Select(right => right.Right));
    }

    private static IEnumerable<string> MemberActions(string role) => Template.Member.Statements
        .Where(s => (s.Resource == role || (s.Resource == "MemberRoleSwitches" && role == "MemberManager")) && Template.Child(s.Statement, "Principal") is null && Template.Text(s.Statement, "Effect") == "Allow")
        .SelectMany(s => Template.Texts(Template.Child(s.Statement, "Action"))).Distinct();

    /// <summary>Whoever may take CentralAmpMember can make its token for any cluster, whatever the function's own code does.</summary>
    private static string InCluster(string function) => (Looks(function), Manages(function)) switch
    {
        (true, true) => "administrator",
        (true, false) => "CentralAmp's RBAC; administrator while an elevation lasts",
        _ => "–",
    };

    private static bool Looks(string function) => Enters(function, "role/${MemberRoleName}");

    private static bool Manages(string function) => Enters(function, "role/${MemberRoleName}Manager");

    private static bool Enters(string function, string role) => StatementsOf(function).Any(s => Template.Text(s, "Resource")?.EndsWith(role, StringComparison.Ordinal) == true);

    private static IEnumerable<string> ActionsOf(string function) => StatementsOf(function).Where(s => Template.Text(s, "Effect") == "Allow").SelectMany(s => Template.Texts(Template.Child(s, "Action")));

    private static IEnumerable<YamlDotNet.RepresentationModel.YamlMappingNode> StatementsOf(string function) =>
        Template.Hub.Statements.Where(s => s.Resource == function).Select(s => s.Statement);

    private static string Words(IEnumerable<string> rights) => string.Join("; ", rights) is { Length: > 0 } words ? words : "–";

    private static void Write(List<string> table)
    {
        var path = Repository.PathOf("docs/security.md");
        var lines = File.ReadAllLines(path).ToList();
        var heading = lines.FindIndex(line => line.TrimStart('#') == $" {Heading}");
        var first = lines.FindIndex(heading, line => line.StartsWith('|'));
        var last = lines.FindIndex(first, line => !line.StartsWith('|'));
        lines.RemoveRange(first, last - first);
        lines.InsertRange(first, table);
        File.WriteAllLines(path, lines);
    }
}
