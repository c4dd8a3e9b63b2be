using System.Text.RegularExpressions;
using CentralAmp.Settings;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>Rule 14 of the house for what is not a policy.</summary>
public sealed class TemplateTests
{
    private static readonly string[] Order = ["AWSTemplateFormatVersion", "Transform", "Description", "Parameters", "Conditions", "Globals", "Resources", "Outputs"];

    private static readonly YamlMappingNode Globals = Template.Map(Template.Map(Template.Hub.Root, "Globals")!, "Function")!;

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Sections_stand_in_one_order(string template)
    {
        var sections = Template.Entries(Named(template).Root).Select(e => e.Key).ToList();
        Assert.Equal(Order.Where(sections.Contains), sections);
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_parameter_and_output_is_explained(string template) => Assert.All(
        Template.Entries(Template.Map(Named(template).Root, "Parameters")!).Concat(Template.Entries(Template.Map(Named(template).Root, "Outputs")!)),
        p => Assert.False(string.IsNullOrWhiteSpace(Template.Text(p.Value, "Description")), p.Key));

    [Theory]
    [MemberData(nameof(Templates))]
    public void No_partition_is_written_down(string template) => Assert.All(
        Named(template).Lines.Where(line => !line.Contains("AllowedPattern", StringComparison.Ordinal)),
        line => Assert.DoesNotContain("arn:aws", line, StringComparison.Ordinal));

    [Fact]
    public void The_member_template_takes_no_transform() => Assert.Null(Template.Child(Template.Member.Root, "Transform"));

    [Fact]
    public void Every_function_is_dotnet_on_arm_traced_bounded_and_below_the_path_that_members_trust()
    {
        Assert.Equal("dotnet10", Template.Text(Globals, "Runtime"));
        Assert.Equal(["arm64"], Template.Texts(Template.Child(Globals, "Architectures")));
        Assert.Equal("Active", Template.Text(Globals, "Tracing"));
        Assert.Equal("${RolePath}functions/", Template.Text(Globals, "RolePath"));
        Assert.NotNull(Template.Child(Globals, "PermissionsBoundary"));
        Assert.All(
            Template.Hub.OfType("AWS::Serverless::Function"),
            f => Assert.Subset(new HashSet<string> { "Description", "Environment", "Policies" }, Template.Entries(Template.Hub.Properties(f.Id)).Select(p => p.Key).ToHashSet()));
    }

    [Fact]
    public void Every_function_has_a_log_group_with_retention()
    {
        var groups = Template.Hub.OfType("AWS::Logs::LogGroup").Select(g => Template.Hub.Properties(g.Id)).ToList();
        Assert.All(groups, group => Assert.NotNull(Template.Child(group, "RetentionInDays")));
        Assert.All(
            Template.Hub.OfType("AWS::Serverless::Function"),
            f => Assert.Contains(groups, group => Template.Text(group, "LogGroupName") == $"/aws/lambda/${{{f.Id}}}"));
    }

    [Fact]
    public void The_state_machine_logs_with_retention_and_is_traced()
    {
        var road = Template.Hub.Properties("OnboardCluster");
        var group = Template.Descendants(Template.Child(road, "Logging")!).Single(d => d.Key == "LogGroupArn").Value;
        Assert.Equal("OnboardClusterLogs.Arn", ((YamlScalarNode)group).Value);
        Assert.NotNull(Template.Child(Template.Hub.Properties("OnboardClusterLogs"), "RetentionInDays"));
        Assert.Equal("true", Template.Text(Template.Map(road, "Tracing")!, "Enabled"));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_rule_retries_and_has_a_dead_letter_queue(string template)
    {
        var rules = Named(template).OfType("AWS::Events::Rule").ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.All((YamlSequenceNode)Template.Child(Named(template).Properties(rule.Id), "Targets")!, target =>
        {
            Assert.NotNull(Template.Child(target, "RetryPolicy"));
            Assert.Equal("UndeliveredEvents.Arn", Template.Text(Template.Map(target, "DeadLetterConfig")!, "Arn"));
        }));
        Assert.Equal("true", Template.Text(Named(template).Properties("UndeliveredEvents"), "SqsManagedSseEnabled"));
    }

    [Fact]
    public void All_rules_ask_for_the_same_successful_CreateCluster()
    {
        var patterns = Template.All
            .SelectMany(t => t.OfType("AWS::Events::Rule").Select(r => Template.Child(t.Properties(r.Id), "EventPattern")!))
            .ToList();

        Assert.Equal(3, patterns.Count);
        Assert.All(patterns, pattern => Assert.Equal(patterns[0], pattern));
        Assert.Equal(["CreateCluster"], Template.Texts(Template.Child(Template.Map(patterns[0], "detail")!, "eventName")));
    }

    [Theory]
    [InlineData("Workspace")]
    [InlineData("Registry")]
    public void What_is_remembered_outlives_the_stack(string id)
    {
        var resource = Template.Hub.Resources.Single(r => r.Id == id).Resource;
        Assert.Equal("Retain", Template.Text(resource, "DeletionPolicy"));
        Assert.Equal("Retain", Template.Text(resource, "UpdateReplacePolicy"));
    }

    [Fact]
    public void Only_the_organization_sends_events() =>
        Assert.Contains(Template.Descendants(Template.Hub.Properties("EventBusAccess")), d => d is { Key: "aws:PrincipalOrgID", Value: YamlScalarNode { Value: "OrganizationId" } });

    [Fact]
    public void Only_the_state_machine_acts_in_its_role() => Assert.Contains(
        Template.Descendants(Template.Child(Template.Hub.Properties("OnboardClusterRole"), "AssumeRolePolicyDocument")!),
        d => d.Key == "aws:SourceArn" && d.Value is YamlScalarNode { Value: { } arn } && arn.EndsWith($":stateMachine:{Template.Text(Template.Hub.Properties("OnboardCluster"), "Name")}", StringComparison.Ordinal));

    [Fact]
    public void Every_setting_that_functions_read_is_set_and_no_other()
    {
        var read = new HashSet<string>();
        Assert.Throws<InvalidOperationException>(() => HubSettings.FromEnvironment(name =>
        {
            read.Add(name);
            return null;
        }));

        var set = Template.Entries(Template.Map(Template.Map(Globals, "Environment")!, "Variables")!).Select(v => v.Key);
        // AWS_REGION comes from Lambda itself.
        Assert.Equal(read.Where(IsOurs).Order(), set.Where(IsOurs).Order());

        static bool IsOurs(string name) => name.StartsWith("CENTRALAMP_", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_substitution_of_the_state_machine_is_given_and_used()
    {
        var given = Template.Entries(Template.Map(Template.Hub.Properties("OnboardCluster"), "DefinitionSubstitutions")!).Select(s => s.Key);
        Assert.Equal(StateMachine.Onboarding.Substitutions.Order(), given.Order());
    }

    [Fact]
    public void Every_lambda_state_has_a_function_of_its_name_that_knows_its_handler()
    {
        var handlers = Template.Hub.OfType("AWS::Serverless::Function").ToDictionary(
            f => f.Id, f => Template.Text(Template.Map(Template.Map(Template.Hub.Properties(f.Id), "Environment")!, "Variables")!, "ANNOTATIONS_HANDLER"));

        Assert.Equal(StateMachine.Onboarding.LambdaTasks.Select(t => t.Key).Order(), handlers.Keys.Order());
        Assert.All(handlers, handler => Assert.Equal(handler.Key, handler.Value));
    }

    [Fact]
    public void The_deployment_gives_every_parameter_that_has_no_default_and_only_values_that_are_allowed()
    {
        var given = Regex.Match(File.ReadAllText(Repository.PathOf("samconfig.toml")), "parameter_overrides = \"([^\"]+)\"").Groups[1].Value
            .Split(' ').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var parameters = Template.Entries(Template.Map(Template.Hub.Root, "Parameters")!).ToDictionary(p => p.Key, p => p.Value);

        Assert.Equal(parameters.Where(p => Template.Child(p.Value, "Default") is null).Select(p => p.Key), given.Keys);
        Assert.All(given, value => Assert.Matches(Template.Text(parameters[value.Key], "AllowedPattern")!, value.Value));
    }

    private static Template Named(string name) => Template.All.Single(t => t.Name == name);
}
