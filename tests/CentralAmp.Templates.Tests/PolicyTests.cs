using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>House rule 14 (style.md): the Sid of every statement is a sentence, and every star has its reason beside it.</summary>
public sealed partial class PolicyTests
{
    /// <summary>Actions that the managed policies of Lambda, its VPC attachment and X-Ray grant to functions; the boundary allows them.</summary>
    private static readonly string[] PlatformActions =
    [
        "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses", "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    ];

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_statement_has_a_sentence_as_its_sid(string template) => Assert.All(Named(template).Statements, s =>
    {
        var sid = Template.Text(s.Statement, "Sid") ?? Template.Text(Named(template).Properties(s.Resource), "StatementId");
        Assert.True(sid is not null && Sentence().IsMatch(sid), $"{s.Resource}: '{sid}' is no sentence.");
    });

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_star_in_a_policy_has_a_reason_beside_it(string template) => Assert.All(Named(template).Statements, s =>
    {
        var first = s.Statement.Start.Line;
        foreach (var (_, node) in Template.Descendants(s.Statement).Where(d => d.Value is YamlScalarNode { Value: { } text } && text.Contains('*', StringComparison.Ordinal)))
        {
            // The comment is at most four lines above the value (a nested condition) and inside the statement.
            var above = Enumerable.Range(1, 4).Select(back => node.Start.Line - back).Where(line => line >= first);
            Assert.True(above.Any(line => Reason().IsMatch(Named(template).Lines[(int)line - 1])), $"{s.Resource}, line {node.Start.Line}: a star without a reason.");
        }
    });

    [Theory]
    [MemberData(nameof(Templates))]
    public void No_action_is_a_pattern(string template) =>
        Assert.All(Named(template).Statements, s => Assert.All(Template.Texts(Template.Child(s.Statement, "Action")), action => Assert.Matches(@"^[a-z0-9]+:[A-Za-z]+$", action)));

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_statement_allows_but_the_one_that_excludes_hosts_and_none_uses_Not_elements(string template) => Assert.All(Named(template).Statements, s =>
    {
        Assert.Equal(Template.Text(s.Statement, "Sid") == "NoIssuerOfAnotherHostIsRegistered" ? "Deny" : "Allow", Template.Text(s.Statement, "Effect"));
        Assert.DoesNotContain(Template.Entries(s.Statement), e => e.Key.StartsWith("Not", StringComparison.Ordinal));
    });

    [Fact]
    public void The_functions_boundary_allows_exactly_what_the_functions_may_do()
    {
        var functions = Template.Hub.OfType("AWS::Serverless::Function").Select(f => f.Id).ToHashSet();
        var granted = Actions(Template.Hub, functions.Contains).Concat(PlatformActions);

        Assert.Equal(granted.Distinct().Order(), Actions(Template.Hub, id => id == "FunctionBoundary").Order());
    }

    /// <summary>But for the hosts of issuers: a boundary names them in short, so that it fits into the quota, and denies nothing.</summary>
    [Theory]
    [InlineData("MemberRole", "MemberBoundary", null)]
    [InlineData("MemberManager", "ManagerBoundary", "MemberRoleSwitches")]
    public void The_boundary_of_a_member_role_is_its_policy(string role, string boundary, string? switching)
    {
        var policy = Template.Child(Template.Child(Template.Child(Template.Member.Properties(role), "Policies")![0], "PolicyDocument")!, "Statement");
        var switches = switching is null ? [] : Parts(Template.Child(Template.Map(Template.Member.Properties(switching), "PolicyDocument")!, "Statement"));

        Assert.Equal(Parts(policy).Concat(switches), Parts(Template.Child(Template.Map(Template.Member.Properties(boundary), "PolicyDocument")!, "Statement")));

        static IEnumerable<(string, YamlNode)> Parts(YamlNode? statements) => ((YamlSequenceNode)statements!)
            .Select(Template.Where)
            .Where(statement => Template.Text((YamlMappingNode)statement, "Effect") == "Allow")
            .SelectMany(statement => Template.Entries(statement).Where(part => part.Key != "Resource" || !Template.Texts(Template.Child(statement, "Action")).All(action => action.EndsWith("Provider", StringComparison.Ordinal))));
    }

    /// <summary>The quota of IAM is 6,144 characters without white space; parameters add at most some dozens each.</summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_managed_policy_fits_into_the_quota_with_room(string template) => Assert.All(
        Named(template).OfType("AWS::IAM::ManagedPolicy"),
        policy => Assert.InRange(
            Named(template).Statements.Where(s => s.Resource == policy.Id).SelectMany(s => Template.Descendants(s.Statement))
                .Sum(d => 6 + d.Key.Length + ((d.Value as YamlScalarNode)?.Value!.Length ?? 0)), 1, 6_144 - 1_000));

    /// <summary>
    /// "Description: Update requires: Replacement" (CloudFormation, AWS::IAM::ManagedPolicy). A policy with a fixed name cannot be replaced, so the
    /// update of every installed member stack would fail; the others would get a new ARN, which every ingest role would have to follow.
    /// </summary>
    [Fact]
    public void A_managed_policy_keeps_its_description_over_all_versions() => Assert.Equal(
        [
            "CollectorBoundary: The most that a collector role of CentralAmp can do",
            "FunctionBoundary: The most that a function of CentralAmp can do",
            "IngestBoundary: The most that an ingest role of CentralAmp can do",
            "ManagerBoundary: The most that CentralAmp's managing role in a member account can do",
            "MemberBoundary: The most that CentralAmp's role in a member account can do",
        ],
        Template.All.SelectMany(template => template.OfType("AWS::IAM::ManagedPolicy").Select(policy => $"{policy.Id}: {Template.Text(template.Properties(policy.Id), "Description")}"))
            .Where(policy => !policy.EndsWith(": ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    /// <summary>Whoever controls a cluster reaches first the code that reads what the cluster answers.</summary>
    [Fact]
    public void The_role_that_looks_at_a_member_changes_nothing_there() => Assert.All(
        Actions(Template.Member, id => id is "MemberRole" or "MemberBoundary").Where(action => action != "sts:AssumeRole"),
        action => Assert.Matches("^(eks|iam):(Get|List|Describe)", action));

    [Fact]
    public void An_ingest_role_can_do_one_thing() => Assert.Equal(["aps:RemoteWrite"], Actions(Template.Hub, id => id == "IngestBoundary"));

    [Fact]
    public void A_collector_role_can_do_one_thing() => Assert.Equal(["sts:AssumeRole"], Actions(Template.Member, id => id == "CollectorBoundary"));

    [Theory]
    [MemberData(nameof(Templates))]
    public void No_principal_can_change_the_policy_that_bounds_it(string template) => Assert.DoesNotContain(
        Actions(Named(template), _ => true), action => action is "iam:CreatePolicyVersion" or "iam:SetDefaultPolicyVersion" or "iam:DeletePolicyVersion" or "iam:DeletePolicy" or "iam:DeleteRolePermissionsBoundary");

    [Theory]
    [InlineData("iam:CreateRole", "iam:PermissionsBoundary")]
    [InlineData("iam:PutRolePolicy", "iam:PermissionsBoundary")]
    [InlineData("sts:AssumeRole", "aws:ResourceOrgID")]
    [InlineData("ec2:CreateNetworkInterface", "lambda:SourceFunctionArn")]
    [InlineData("ec2:DeleteNetworkInterface", "lambda:SourceFunctionArn")]
    public void The_hub_grants_these_only_under_a_condition(string action, string key) => Conditioned(Template.Hub, action, key, id => !id.EndsWith("Role", StringComparison.Ordinal));

    [Theory]
    [InlineData("eks:CreateAccessEntry", "eks:principalArn")]
    [InlineData("eks:AssociateAccessPolicy", "eks:principalArn")]
    [InlineData("eks:AssociateAccessPolicy", "eks:policyArn")]
    [InlineData("eks:DisassociateAccessPolicy", "eks:policyArn")]
    [InlineData("eks:UpdateClusterConfig", "eks:authenticationMode")]
    public void The_member_role_may_do_these_only_to_itself_or_to_add_access_entries(string action, string key) => Conditioned(Template.Member, action, key, _ => true);

    /// <summary>eks:principalArn is no condition key of these actions: a condition on it would deny them. The resource names account and role.</summary>
    [Theory]
    [InlineData("eks:DescribeAccessEntry")]
    [InlineData("eks:UpdateAccessEntry")]
    [InlineData("eks:DeleteAccessEntry")]
    [InlineData("eks:ListAssociatedAccessPolicies")]
    public void An_access_entry_is_limited_by_its_resource_where_there_is_no_condition_key(string action)
    {
        var statements = Template.Member.Statements.Where(s => Template.Texts(Template.Child(s.Statement, "Action")).Contains(action)).ToList();
        Assert.NotEmpty(statements);
        Assert.All(statements, s =>
        {
            Assert.Null(Template.Child(s.Statement, "Condition"));
            Assert.EndsWith(":access-entry/*/role/${AWS::AccountId}/${MemberRoleName}/*", Template.Text(s.Statement, "Resource"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_cluster_is_switched_to_one_mode_and_only_where_it_was_asked_for()
    {
        Assert.All(
            Template.Member.Statements.Where(s => Template.Texts(Template.Child(s.Statement, "Action")).Contains("eks:UpdateClusterConfig")),
            s => Assert.Contains(Template.Descendants(s.Statement), d => d is { Key: "eks:authenticationMode", Value: YamlScalarNode { Value: "API_AND_CONFIG_MAP" } }));
        Assert.DoesNotContain("eks:UpdateClusterConfig", Actions(Template.Member, id => id is "MemberRole" or "MemberManager"));
        Assert.Equal("MakesRolesAndSwitches", Template.Text(Template.Member.Resources.Single(r => r.Id == "MemberRoleSwitches").Resource, "Condition"));
    }

    [Theory]
    [InlineData("iam:CreateRole", "iam:PermissionsBoundary")]
    [InlineData("iam:PutRolePolicy", "iam:PermissionsBoundary")]
    [InlineData("iam:PutRolePermissionsBoundary", "iam:PermissionsBoundary")]
    [InlineData("iam:CreateOpenIDConnectProvider", "aws:RequestTag/central-amp:cluster-arn")]
    [InlineData("iam:TagOpenIDConnectProvider", "aws:RequestTag/central-amp:cluster-arn")]
    [InlineData("iam:DeleteOpenIDConnectProvider", "aws:ResourceTag/central-amp:cluster-arn")]
    [InlineData("iam:CreateRole", "aws:PrincipalAccount")]
    [InlineData("iam:UpdateAssumeRolePolicy", "aws:PrincipalAccount")]
    [InlineData("iam:DeleteRole", "aws:PrincipalAccount")]
    [InlineData("iam:DeleteOpenIDConnectProvider", "aws:PrincipalAccount")]
    public void Members_grant_these_on_collector_roles_and_issuers_only_under_a_condition(string action, string key) => Conditioned(Template.Member, action, key, _ => true);

    [Theory]
    [MemberData(nameof(Templates))]
    public void Statements_that_write_roles_do_not_cover_CentralAmps_other_roles(string template)
    {
        Assert.All(
            Named(template).Statements.Where(s => Template.Texts(Template.Child(s.Statement, "Action")).Any(WritesRoles)),
            s => Assert.EndsWith(":role${RolePath}central-amp-*", Template.Text(s.Statement, "Resource"), StringComparison.Ordinal));
        // Names of other roles can begin with the name of the stack; their path, or a name that begins differently, keeps them out of reach.
        // The reader has the path "/", which RolePath cannot be.
        Assert.All(Named(template).OfType("AWS::IAM::Role"), role => Assert.True(
            Template.Text(Named(template).Properties(role.Id), "Path") == "${RolePath}platform/" || Template.Text(Named(template).Properties(role.Id), "RoleName") is "MemberRoleName" or "${MemberRoleName}Manager"
            || (template == Template.Reader.Name && Template.Child(Named(template).Properties(role.Id), "Path") is null), role.Id));
    }

    private static bool WritesRoles(string action) =>
        action is "iam:CreateRole" or "iam:PutRolePolicy" or "iam:PutRolePermissionsBoundary" or "iam:UpdateAssumeRolePolicy" or "iam:TagRole" or "iam:DeleteRolePolicy" or "iam:DeleteRole";

    private static void Conditioned(Template template, string action, string key, Func<string, bool> resource)
    {
        var statements = template.Statements.Where(s => resource(s.Resource) && Template.Text(s.Statement, "Effect") == "Allow" && Template.Texts(Template.Child(s.Statement, "Action")).Contains(action)).ToList();
        Assert.NotEmpty(statements);
        Assert.All(statements, s => Assert.Contains(Template.Descendants(Template.Child(s.Statement, "Condition")!), d => d.Key == key));
    }

    private static IEnumerable<string> Actions(Template template, Func<string, bool> resource) =>
        template.Statements.Where(s => resource(s.Resource)).SelectMany(s => Template.Texts(Template.Child(s.Statement, "Action"))).Distinct();

    private static Template Named(string name) => Template.All.Single(t => t.Name == name);

    [GeneratedRegex("^[A-Z][a-z]*([A-Z][a-z]*){2,}$")]
    private static partial Regex Sentence();

    [GeneratedRegex("""^\s*# .*"\*""")]
    private static partial Regex Reason();
}
