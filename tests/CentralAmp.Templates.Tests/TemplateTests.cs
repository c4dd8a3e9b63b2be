using System.Text.RegularExpressions;
using CentralAmp.Kubernetes;
using CentralAmp.Routes;
using CentralAmp.Settings;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>House rule 14 (style.md) for everything but policies.</summary>
public sealed class TemplateTests
{
    private static readonly string[] Order = ["AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Parameters", "Mappings", "Rules", "Conditions", "Globals", "Resources", "Outputs"];

    private static readonly YamlMappingNode Globals = Template.Map(Template.Map(Template.Hub.Root, "Globals")!, "Function")!;

    public static TheoryData<string> Templates => [.. Template.All.Select(t => t.Name)];

    public static TheoryData<string> TemplatesOfOnboarding => [.. Template.OfOnboarding.Select(t => t.Name)];

    public static TheoryData<string> Machines => [.. Template.Hub.OfType("AWS::Serverless::StateMachine").Select(m => m.Id)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Sections_are_in_one_order(string template)
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
    public void No_partition_is_hard_coded(string template) => Assert.All(
        Named(template).Lines.Where(line => !line.Contains("AllowedPattern", StringComparison.Ordinal)),
        line => Assert.DoesNotContain("arn:aws", line, StringComparison.Ordinal));

    [Fact]
    public void The_member_template_takes_no_transform_and_is_small_enough_for_every_way_of_deployment()
    {
        Assert.Null(Template.Child(Template.Member.Root, "Transform"));
        Assert.InRange(new FileInfo(Repository.PathOf(Template.Member.Name)).Length, 1, 51_200);
    }

    [Fact]
    public void Every_function_is_dotnet_on_the_architecture_of_the_package_traced_bounded_and_below_the_path_that_members_trust()
    {
        Assert.Equal("dotnet10", Template.Text(Globals, "Runtime"));
        Assert.Equal(["Architecture"], Template.Texts(Template.Child(Globals, "Architectures")));
        Assert.Equal("Active", Template.Text(Globals, "Tracing"));
        Assert.Equal("${RolePath}functions/", Template.Text(Globals, "RolePath"));
        Assert.NotNull(Template.Child(Globals, "PermissionsBoundary"));
        Assert.All(
            Template.Hub.OfType("AWS::Serverless::Function"),
            f => Assert.Subset(new HashSet<string> { "Description", "Environment", "Policies", "RolePath", "VpcConfig" }, Template.Entries(Template.Hub.Properties(f.Id)).Select(p => p.Key).ToHashSet()));
    }

    /// <summary>Its role in members can make somebody a cluster's administrator, and trusts the functions of one path.</summary>
    [Fact]
    public void Functions_that_manage_members_lie_in_a_path_of_their_own_and_none_of_them_calls_a_cluster()
    {
        var managing = Template.Hub.Statements.Where(s => Template.Text(s.Statement, "Resource")?.EndsWith("role/${MemberRoleName}Manager", StringComparison.Ordinal) == true)
            .Select(s => s.Resource).Where(id => id != "FunctionBoundary").Distinct().Order().ToList();
        var inPath = Template.Hub.OfType("AWS::Serverless::Function").Select(f => (f.Id, Path: Template.Text(Template.Hub.Properties(f.Id), "RolePath"))).Where(f => f.Path is not null).ToList();

        Assert.Equal(managing, inPath.Select(f => f.Id).Order());
        Assert.All(inPath, f => Assert.Equal("${RolePath}functions/managing/", f.Path));
        Assert.Empty(managing.Intersect(TalkToClusters));
    }

    [Fact]
    public void Functions_that_call_clusters_and_no_others_are_attached_to_the_VPC()
    {
        var attached = Template.Hub.OfType("AWS::Serverless::Function").Where(f => Template.Child(Template.Hub.Properties(f.Id), "VpcConfig") is not null).ToList();
        Assert.Equal(TalkToClusters.Order(), attached.Select(f => f.Id).Order());
        Assert.All(attached, f => Assert.Equal("AttachesToVpc", Template.Texts(((YamlSequenceNode)Template.Child(Template.Hub.Properties(f.Id), "VpcConfig")!)[0]).Single()));
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

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_state_machine_logs_with_retention_and_is_traced(string id)
    {
        var machine = Template.Hub.Properties(id);
        var group = Template.Descendants(Template.Child(machine, "Logging")!).Single(d => d.Key == "LogGroupArn").Value;
        Assert.Equal($"{id}Logs.Arn", ((YamlScalarNode)group).Value);
        Assert.NotNull(Template.Child(Template.Hub.Properties($"{id}Logs"), "RetentionInDays"));
        Assert.Equal("true", Template.Text(Template.Map(machine, "Tracing")!, "Enabled"));
    }

    [Theory]
    [MemberData(nameof(TemplatesOfOnboarding))]
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
    public void The_schedule_of_the_sweep_retries_and_has_a_dead_letter_queue()
    {
        var schedule = Template.Map(Template.Map(Template.Map(Template.Hub.Properties("SweepFleet"), "Events")!, "Schedule")!, "Properties")!;
        Assert.Equal("SweepSchedule", Template.Text(schedule, "ScheduleExpression"));
        Assert.NotNull(Template.Child(schedule, "RetryPolicy"));
        Assert.Equal("UndeliveredEvents.Arn", Template.Text(Template.Map(schedule, "DeadLetterConfig")!, "Arn"));
    }

    [Fact]
    public void Rules_for_members_and_for_the_hub_differ_only_in_the_bus()
    {
        var rules = Template.Hub.OfType("AWS::Events::Rule").Select(r => Template.Hub.Properties(r.Id)).ToLookup(r => Template.Child(r, "EventBusName") is not null);

        Assert.Equal(rules[true].Select(r => Template.Child(r, "EventPattern")), rules[false].Select(r => Template.Child(r, "EventPattern")));
        Assert.Equal(rules[true].Select(r => Template.Child(r, "Targets")), rules[false].Select(r => Template.Child(r, "Targets")));
    }

    [Fact]
    public void Members_forward_the_events_that_the_hub_matches()
    {
        var forwarded = EventNames(Template.Member.OfType("AWS::Events::Rule").Select(r => Template.Member.Properties(r.Id))).ToList();
        Assert.Equal(["CreateCluster", "DeleteCluster", "TagResource", "UntagResource", "UpdateClusterConfig"], forwarded);
        Assert.Equal(forwarded, EventNames(Template.Hub.OfType("AWS::Events::Rule").Select(r => Template.Hub.Properties(r.Id))));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Failed_calls_and_tags_of_other_things_than_clusters_are_no_events(string template) =>
        Assert.All(Named(template).OfType("AWS::Events::Rule"), rule =>
        {
            var detail = Template.Map(Template.Child(Named(template).Properties(rule.Id), "EventPattern")!, "detail")!;
            Assert.Contains(Template.Descendants(Template.Child(detail, "errorCode")!), d => d is { Key: "exists", Value: YamlScalarNode { Value: "false" } });
            foreach (var choice in Template.Child(detail, "$or") is YamlSequenceNode choices ? choices.Children : [])
            {
                var tagging = Template.Texts(Template.Child(choice, "eventName")).Any(name => name.EndsWith("Resource", StringComparison.Ordinal));
                Assert.Equal(tagging, Template.Child(choice, "requestParameters") is not null);
            }
        });

    [Theory]
    [InlineData("Workspace")]
    [InlineData("Registry")]
    public void Stored_data_outlives_the_stack(string id)
    {
        var resource = Template.Hub.Resources.Single(r => r.Id == id).Resource;
        Assert.Equal("Retain", Template.Text(resource, "DeletionPolicy"));
        Assert.Equal("Retain", Template.Text(resource, "UpdateReplacePolicy"));
    }

    [Fact]
    public void Only_the_organization_sends_events() =>
        Assert.Contains(Template.Descendants(Template.Hub.Properties("EventBusAccess")), d => d is { Key: "aws:PrincipalOrgID", Value: YamlScalarNode { Value: "OrganizationId" } });

    [Theory]
    [MemberData(nameof(Machines))]
    public void Only_the_state_machine_can_assume_its_role(string id) => Assert.Contains(
        Template.Descendants(Template.Child(Template.Hub.Properties($"{id}Role"), "AssumeRolePolicyDocument")!),
        d => d.Key == "aws:SourceArn" && d.Value is YamlScalarNode { Value: { } arn } && arn.EndsWith($":stateMachine:{Template.Text(Template.Hub.Properties(id), "Name")}", StringComparison.Ordinal));

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
        Assert.Equal(read.Where(IsCentralAmps).Order(), set.Where(IsCentralAmps).Order());

        static bool IsCentralAmps(string name) => name.StartsWith("CENTRALAMP_", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_substitution_of_a_state_machine_is_given_and_used(string id)
    {
        var given = Template.Entries(Template.Map(Template.Hub.Properties(id), "DefinitionSubstitutions")!).Select(s => s.Key);
        Assert.Equal(Definition(id).Substitutions.Order(), given.Order());
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void A_state_machine_may_invoke_its_functions_and_no_others(string id)
    {
        var invoked = Template.Hub.Statements.First(s => s.Resource == $"{id}Role" && Template.Text(s.Statement, "Action") == "lambda:InvokeFunction");
        Assert.Equal(Definition(id).Functions.Select(f => $"{f}.Arn").Order(), Template.Texts(Template.Child(invoked.Statement, "Resource")).Order());
    }

    [Fact]
    public void Every_Lambda_state_has_a_function_of_its_name_with_its_handler()
    {
        var handlers = Template.Hub.OfType("AWS::Serverless::Function").ToDictionary(
            f => f.Id, f => Template.Text(Template.Map(Template.Map(Template.Hub.Properties(f.Id), "Environment")!, "Variables")!, "ANNOTATIONS_HANDLER"));

        Assert.Equal(Template.Hub.OfType("AWS::Serverless::StateMachine").SelectMany(m => Definition(m.Id).Functions).Distinct().Order(), handlers.Keys.Order());
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

    /// <summary>Functions whose step has, directly or through its dependencies, a Kubernetes client.</summary>
    private static IEnumerable<string> TalkToClusters => typeof(IKubernetesClients).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Step", StringComparison.Ordinal) && Needs(type, []))
        .Select(type => type.Name[..^"Step".Length]);

    private static bool Needs(Type type, HashSet<Type> seen) => seen.Add(type) && type.GetConstructors()
        .SelectMany(constructor => constructor.GetParameters())
        .Any(part => part.ParameterType == typeof(IKubernetesClients) || Needs(part.ParameterType, seen));

    private static StateMachine Definition(string id) => StateMachine.Of(Template.Text(Template.Hub.Properties(id), "DefinitionUri")!);

    private static IEnumerable<string> EventNames(IEnumerable<YamlNode> rules) =>
        rules.SelectMany(r => Template.Descendants(Template.Child(r, "EventPattern")!)).Where(d => d.Key == "eventName" && d.Value is YamlScalarNode).Select(d => ((YamlScalarNode)d.Value).Value!).Distinct().Order();

    private static Template Named(string name) => Template.All.Single(t => t.Name == name);
}
