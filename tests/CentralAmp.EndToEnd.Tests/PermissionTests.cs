using System.Text.RegularExpressions;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Least privilege: compares the permissions that the whole suite used with those that the deployed roles allow.</summary>
public sealed partial class PermissionTests(SharedTwin twin, ScenarioWorlds scenarios)
{
    /// <summary>Permissions of the platform: AWS uses them on behalf of CentralAmp, for features that the twin does not simulate.</summary>
    private static readonly Dictionary<string, string> PlatformPermissions = new()
    {
        ["sqs:SendMessage"] = "EventBridge Scheduler sends executions that it could not start to the dead-letter queue",
        ["states:DescribeExecution"] = "Step Functions watches the child executions of a Distributed Map",
        ["states:StopExecution"] = "Step Functions stops the child executions of a stopped Distributed Map",
        ["ec2:AssignPrivateIpAddresses"] = "Lambda's attachment to a VPC (SAM always adds it; without a VPC the boundary denies it)",
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
        var unused = (await RolesAsync()).SelectMany(role => WithoutPlatformPermissions(role.Policies)
            .Where(action => !used.Contains((NameOf(role), action))).Select(action => $"{NameOf(role)}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task Every_permission_of_a_boundary_is_used_by_a_role_below_it()
    {
        var used = await UsedAsync();
        var unused = (await RolesAsync()).Where(role => role.Boundary is not null).GroupBy(role => role.BoundaryArn!).SelectMany(below =>
            WithoutPlatformPermissions([below.First().Boundary!]).Where(action => !below.Any(role => used.Contains((NameOf(role), action)))).Select(action => $"{below.Key}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task No_permission_is_missing_where_nothing_was_planted()
    {
        await RunSharedTwinAsync();

        // A new grant is denied until it has propagated: STS, clusters and the proof's write to the workspace wait for that.
        var denied = twin.World.Calls.Since(0).Where(call => call is { Decision: "Deny", Service: not "kubernetes" and not "sts" })
            .Where(call => call.Service != "aps" || Workflows.IsAbout(call, "cluster/first", "first")).Select(Describe);

        Assert.DoesNotContain(denied, call => !call.Contains("central-amp-proof", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_role_names_an_action_by_a_wildcard() =>
        Assert.DoesNotContain((await RolesAsync()).SelectMany(role => Allowed(role.Policies)), action => action.Contains('*', StringComparison.Ordinal));

    /// <summary>Permissions used by the shared twin's executions and by the scenarios.</summary>
    private async Task<HashSet<(string Role, string Action)>> UsedAsync()
    {
        await RunSharedTwinAsync();
        var calls = (await scenarios.AllAsync()).SelectMany(result => result.Calls).Concat(twin.World.Calls.Since(0));
        return [.. calls.Where(call => call.Decision == "Allow").SelectMany(call => (call.Permissions ?? []).Select(action => (RoleOf(call), action)))];
    }

    private async Task RunSharedTwinAsync()
    {
        await twin.FirstRunAsync();
        await twin.DriftRunAsync();
        await twin.EventRunAsync();
        await twin.StaleElevationRunAsync();
        foreach (var item in BreakCatalogue.All.Where(item => !WholeAccountBreakTests.Names.Contains(item.Name)))
            await twin.BrokenRunAsync(item.Name);
    }

    /// <summary>All roles of the stacks, the ingest role of the shared twin's first cluster, and all ingest and collector roles of the organization.</summary>
    private async Task<IReadOnlyList<IamRole>> RolesAsync()
    {
        await twin.FirstRunAsync();
        var shared = new[] { TwinAccounts.Hub, TwinAccounts.Member }.SelectMany(account => twin.World.Aws.Iam.Newest(account).Roles.Values)
            // Ingest roles of other tests' clusters may be unused: their onboarding is not finished, or a break changed them.
            .Where(role => !role.Tags.TryGetValue("central-amp:cluster-arn", out var cluster) || cluster.EndsWith("cluster/first", StringComparison.Ordinal));
        return [.. shared, .. (await scenarios.ResultAsync("organization")).Roles];
    }

    private static IEnumerable<string> Allowed(IReadOnlyList<PolicyDocument> policies) =>
        policies.SelectMany(policy => policy.Statements).Where(statement => statement.Allows).SelectMany(statement => statement.Actions).Distinct();

    private static IEnumerable<string> WithoutPlatformPermissions(IReadOnlyList<PolicyDocument> policies) => Allowed(policies).Where(action => !PlatformPermissions.ContainsKey(action));

    private static string Describe(RecordedCall call) => $"{call.Caller} {call.Service}:{call.Action} {call.Resource}";

    private static string NameOf(IamRole role) => WithoutSuffix(role.Name);

    // arn:aws:sts::111111111111:assumed-role/<name>/<session>; of a rule's target, arn:aws:iam::111111111111:role/<path>/<name>
    private static string RoleOf(RecordedCall call) =>
        WithoutSuffix(call.Caller.Contains(":assumed-role/", StringComparison.Ordinal) ? call.Caller.Split('/')[1] : call.Caller.Split('/')[^1]);

    // CloudFormation names roles <stack>-<logical name>-<12 letters and digits>. The suffix differs from world to world.
    private static string WithoutSuffix(string name) => CloudFormationSuffix().Replace(name, "");

    [GeneratedRegex("-[A-Z0-9]{12}$")]
    private static partial Regex CloudFormationSuffix();
}
