using System.Text.RegularExpressions;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Recording;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Least privilege, shown by running: what the record of the whole suite used, against what the deployed roles allow.</summary>
public sealed partial class PermissionTests(SharedTwin twin, ScenarioWorlds scenarios)
{
    /// <summary>Permissions of the platform: AWS uses them on our behalf, in ways that the twin has no part for.</summary>
    private static readonly Dictionary<string, string> PlatformPermissions = new()
    {
        ["sqs:SendMessage"] = "EventBridge Scheduler puts aside what it could not start",
        ["states:DescribeExecution"] = "Step Functions watches the parts of a Distributed Map",
        ["states:StopExecution"] = "Step Functions ends the parts of a Distributed Map that was stopped",
        ["ec2:AssignPrivateIpAddresses"] = "Lambda's attachment to a VPC (SAM adds it whether there is one or not; without one the boundary takes it back)",
        ["ec2:CreateNetworkInterface"] = "Lambda's attachment to a VPC",
        ["ec2:DeleteNetworkInterface"] = "Lambda's attachment to a VPC",
        ["ec2:DescribeNetworkInterfaces"] = "Lambda's attachment to a VPC",
        ["ec2:DescribeSubnets"] = "Lambda's attachment to a VPC",
        ["ec2:UnassignPrivateIpAddresses"] = "Lambda's attachment to a VPC",
        ["logs:CreateLogGroup"] = "Lambda's own logging (AWSLambdaBasicExecutionRole)",
        ["logs:CreateLogStream"] = "Lambda's own logging",
        ["logs:PutLogEvents"] = "Lambda's own logging",
        ["logs:CreateLogDelivery"] = "Step Functions' execution log",
        ["logs:DeleteLogDelivery"] = "Step Functions' execution log",
        ["logs:DescribeLogGroups"] = "Step Functions' execution log",
        ["logs:DescribeResourcePolicies"] = "Step Functions' execution log",
        ["logs:GetLogDelivery"] = "Step Functions' execution log",
        ["logs:ListLogDeliveries"] = "Step Functions' execution log",
        ["logs:PutResourcePolicy"] = "Step Functions' execution log",
        ["logs:UpdateLogDelivery"] = "Step Functions' execution log",
        ["xray:PutTraceSegments"] = "tracing by Lambda and Step Functions",
        ["xray:PutTelemetryRecords"] = "tracing by Lambda and Step Functions",
        ["xray:GetSamplingRules"] = "tracing by Lambda and Step Functions",
        ["xray:GetSamplingTargets"] = "tracing by Lambda and Step Functions",
        ["xray:GetSamplingStatisticSummaries"] = "tracing by Lambda (AWSXrayWriteOnlyAccess)",
    };

    [Fact]
    public async Task Every_permission_of_a_role_is_used_by_that_role()
    {
        var used = await UsedAsync();
        var unused = (await RolesAsync()).SelectMany(role => OfOurs(role.Policies)
            .Where(action => !used.Contains((NameOf(role), action))).Select(action => $"{NameOf(role)}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task Every_permission_of_a_boundary_is_used_by_a_role_below_it()
    {
        var used = await UsedAsync();
        var unused = (await RolesAsync()).Where(role => role.Boundary is not null).GroupBy(role => role.BoundaryArn!).SelectMany(below =>
            OfOurs([below.First().Boundary!]).Where(action => !below.Any(role => used.Contains((NameOf(role), action)))).Select(action => $"{below.Key}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task No_role_names_an_action_by_a_wildcard() =>
        Assert.DoesNotContain((await RolesAsync()).SelectMany(role => Allowed(role.Policies)), action => action.Contains('*', StringComparison.Ordinal));

    /// <summary>By the shared twin's runs of the road, and by the scenarios: an organization, offboarding, moving and the sweep.</summary>
    private async Task<HashSet<(string Role, string Action)>> UsedAsync()
    {
        var played = scenarios.AllAsync();
        await twin.EveryRunAsync();
        var calls = (await played).SelectMany(scenario => scenario.Calls).Concat(twin.World.Calls.Since(0));
        return [.. calls.Where(call => call.Decision == "Allow").SelectMany(call => (call.Permissions ?? []).Select(action => (RoleOf(call), action)))];
    }

    /// <summary>Everything that the stacks made, the ingest role of the shared twin's first cluster, and all ingest and collector roles of the organization.</summary>
    private async Task<IReadOnlyList<IamRole>> RolesAsync()
    {
        await twin.FirstRunAsync();
        var shared = new[] { TwinAccounts.Hub, TwinAccounts.Member }.SelectMany(account => twin.World.Aws.Iam.Newest(account).Roles.Values)
            // Ingest roles of other tests' clusters may not have come so far yet, or never will: theirs were tampered with.
            .Where(role => !role.Tags.TryGetValue("central-amp:cluster-arn", out var cluster) || cluster.EndsWith("cluster/first", StringComparison.Ordinal));
        return [.. shared, .. (await scenarios.PlayedAsync("organization")).Roles];
    }

    private static IEnumerable<string> Allowed(IReadOnlyList<PolicyDocument> policies) =>
        policies.SelectMany(policy => policy.Statements).Where(statement => statement.Allows).SelectMany(statement => statement.Actions).Distinct();

    private static IEnumerable<string> OfOurs(IReadOnlyList<PolicyDocument> policies) => Allowed(policies).Where(action => !PlatformPermissions.ContainsKey(action));

    private static string NameOf(IamRole role) => WithoutSuffix(role.Name);

    // arn:aws:sts::111111111111:assumed-role/<name>/<session>; of a rule's target, arn:aws:iam::111111111111:role/<path>/<name>
    private static string RoleOf(RecordedCall call) =>
        WithoutSuffix(call.Caller.Contains(":assumed-role/", StringComparison.Ordinal) ? call.Caller.Split('/')[1] : call.Caller.Split('/')[^1]);

    // CloudFormation names roles <stack>-<logical name>-<12 letters and digits>; these last differ from world to world.
    private static string WithoutSuffix(string name) => GivenByCloudFormation().Replace(name, "");

    [GeneratedRegex("-[A-Z0-9]{12}$")]
    private static partial Regex GivenByCloudFormation();
}
