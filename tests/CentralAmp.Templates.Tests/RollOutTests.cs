using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>The StackSet and the single stack that deploy the member template.</summary>
public sealed class RollOutTests
{
    private static readonly YamlMappingNode StackSet = Template.Hub.Properties("Members");

    private static readonly YamlMappingNode Nested = Template.Hub.Properties("HubAsMember");

    [Fact]
    public void Both_deploy_the_member_template_of_the_checkout()
    {
        Assert.Equal(Template.Member.Name, Template.Text(StackSet, "TemplateURL"));
        Assert.Equal(Template.Member.Name, Template.Text(Nested, "TemplateURL"));
    }

    [Fact]
    public void Both_give_every_parameter_that_the_member_template_requires()
    {
        var asked = Template.Entries(Template.Map(Template.Member.Root, "Parameters")!).Select(p => p.Key).Order().ToList();
        var said = ((YamlSequenceNode)Template.Child(StackSet, "Parameters")!).Select(p => Template.Text(p, "ParameterKey")!);

        Assert.Equal(asked, said.Order());
        Assert.Equal(asked, Template.Entries(Template.Map(Nested, "Parameters")!).Select(p => p.Key).Order());
    }

    [Fact]
    public void New_accounts_get_the_stack_automatically_and_removed_accounts_keep_it()
    {
        Assert.Equal("SERVICE_MANAGED", Template.Text(StackSet, "PermissionModel"));
        Assert.Equal("true", Template.Text(Template.Map(StackSet, "AutoDeployment")!, "Enabled"));
        Assert.Equal("true", Template.Text(Template.Map(StackSet, "AutoDeployment")!, "RetainStacksOnAccountRemoval"));
    }

    /// <summary>Automatic deployment to a new account knows no order of regions (StackSets, "Automatic deployments").</summary>
    [Fact]
    public void What_a_rule_of_a_member_needs_is_in_its_own_stack()
    {
        var role = Template.Member.Resources.Single(r => r.Id == "ForwardingRole").Resource;
        var rule = Template.Member.Resources.Single(r => r.Id == "ClusterChanged").Resource;
        Assert.Equal(Template.Text(rule, "Condition"), Template.Text(role, "Condition"));
        Assert.Null(Template.Child(Template.Map(role, "Properties")!, "RoleName"));
        var target = ((YamlSequenceNode)Template.Child(Template.Map(rule, "Properties")!, "Targets")!).Single();
        Assert.Equal("ForwardingRole.Arn", Template.Text(target, "RoleArn"));
        Assert.Null(Template.Child(Template.Map(StackSet, "OperationPreferences")!, "RegionOrder"));
    }

    [Fact]
    public void The_roles_of_members_are_in_the_region_of_the_hub_whatever_the_order_of_regions()
    {
        var role = ((YamlSequenceNode)Template.Child(StackSet, "Parameters")!).Single(p => Template.Text(p, "ParameterKey") == "RoleRegion");
        Assert.Equal("AWS::Region", Template.Text(role, "ParameterValue"));
    }

    [Fact]
    public void The_hub_account_is_excluded_where_it_has_its_own_stack()
    {
        var targets = ((YamlSequenceNode)Template.Child(StackSet, "StackInstancesGroup")!).Single();
        var choice = (YamlSequenceNode)Template.Child(targets, "DeploymentTargets")!;

        Assert.Equal("MakesTheHubAMember", ((YamlScalarNode)choice[0]).Value);
        Assert.Equal("DIFFERENCE", Template.Text(choice[1], "AccountFilterType"));
        Assert.Equal(["AWS::AccountId"], Template.Texts(Template.Child(choice[1], "Accounts")));
        Assert.Equal("MakesTheHubAMember", Template.Text(Template.Hub.Resources.Single(r => r.Id == "HubAsMember").Resource, "Condition"));
    }

    [Fact]
    public void IAM_resources_are_in_one_region_only() => Assert.All(
        Template.Member.Resources.Where(r => Template.Text(r.Resource, "Type")!.StartsWith("AWS::IAM::", StringComparison.Ordinal) && r.Id != "ForwardingRole"),
        r => Assert.StartsWith("MakesRoles", Template.Text(r.Resource, "Condition"), StringComparison.Ordinal));

    [Fact]
    public void Nothing_is_rolled_out_unless_units_and_regions_are_given()
    {
        Assert.Equal("RollsOut", Template.Text(Template.Hub.Resources.Single(r => r.Id == "Members").Resource, "Condition"));
        var conditions = Template.Map(Template.Hub.Root, "Conditions")!;
        Assert.Superset(new HashSet<string> { "OrganizationalUnitIds", "Regions" }, Template.Texts(Template.Child(conditions, "RollsOut")).ToHashSet());
    }
}
