using CentralAmp.Twin;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Breaks;
using CentralAmp.Twin.Recording;
using CentralAmp.Twin.World;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Least privilege, shown by running: what the record of the whole suite used, against what the deployed roles allow.</summary>
public sealed class PermissionTests(SharedTwin twin)
{
    /// <summary>Permissions of the platform: AWS uses them on our behalf, in ways that the twin has no part for.</summary>
    private static readonly Dictionary<string, string> PlatformPermissions = new()
    {
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

    /// <summary>
    /// Roles that only offboarding, moving and the sweep act in. The shared twin does none of these, because a sweep would take the road
    /// for other tests' clusters; the twin's scenarios do (docs/decisions.md, 2026-11-23).
    /// </summary>
    private static readonly string[] RolesOfScenarios =
    [
        "RemoveOldGrant", "ResolveOffboarding", "CutAccess", "PlanOffboarding", "RemoveRbac", "RemoveClusterAccess", "RemoveTrust", "RecordOffboarding", "OffboardCluster",
        "BeginSweep", "ListAccounts", "ListClusters", "InspectCluster", "ListRegistered", "FindOrphans", "DecideSweep", "ListFindings", "EndSweep", "SweepFleet", "Schedule",
    ];

    [Fact]
    public async Task Every_permission_of_a_role_is_used_by_that_role()
    {
        var used = await UsedAsync();
        var unused = Roles().Where(role => !IsOfScenarios(role)).SelectMany(role => Allowed(role.Policies).Where(action => !PlatformPermissions.ContainsKey(action))
            .Where(action => !used.Contains((role.Name, action)) && !IsOfScenarios(role, action)).Select(action => $"{role.Name}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task Every_permission_of_a_boundary_is_used_by_a_role_below_it()
    {
        var used = await UsedAsync();
        var unused = Roles().Where(role => role.Boundary is not null).GroupBy(role => role.BoundaryArn!).SelectMany(below =>
            Allowed([below.First().Boundary!]).Where(action => !PlatformPermissions.ContainsKey(action))
                .Where(action => !below.Any(role => used.Contains((role.Name, action)) || MayUseInScenarios(role, action))).Select(action => $"{below.Key}: {action}")).ToList();

        Assert.True(unused.Count == 0, string.Join("; ", unused));
    }

    [Fact]
    public async Task No_permission_is_missing_where_nothing_was_planted()
    {
        await UsedAsync();

        // What has just been granted is refused until it settles: STS, clusters and the proof's write to the workspace wait for that.
        var denied = twin.World.Calls.Since(0).Where(call => call is { Decision: "Deny", Service: not "kubernetes" and not "sts" })
            .Where(call => call.Service != "aps" || Road.IsAbout(call, "cluster/first", "first")).Select(Describe);

        Assert.DoesNotContain(denied, call => !call.Contains("central-amp-proof", StringComparison.Ordinal));
    }

    [Fact]
    public void No_role_names_an_action_by_a_wildcard() =>
        Assert.DoesNotContain(Roles().SelectMany(role => Allowed(role.Policies)), action => action.Contains('*', StringComparison.Ordinal));

    private async Task<HashSet<(string Role, string Action)>> UsedAsync()
    {
        await twin.FirstRunAsync();
        await twin.DriftRunAsync();
        await twin.EventRunAsync();
        await twin.StaleElevationRunAsync();
        foreach (var item in BreakCatalogue.All.Where(item => !WholeAccountBreakTests.Names.Contains(item.Name)))
            await twin.BrokenRunAsync(item.Name);
        return [.. twin.World.Calls.Since(0).Where(call => call.Decision == "Allow").SelectMany(call => (call.Permissions ?? []).Select(action => (RoleOf(call), action)))];
    }

    /// <summary>Everything that the two stacks made, and the ingest role of the first cluster.</summary>
    private IReadOnlyList<IamRole> Roles() =>
        [.. new[] { TwinAccounts.Hub, TwinAccounts.Member }.SelectMany(account => twin.World.Aws.Iam.Newest(account).Roles.Values)
            // Ingest roles of other tests' clusters may not have come so far yet, or never will: theirs were tampered with.
            .Where(role => !role.Tags.TryGetValue("central-amp:cluster-arn", out var cluster) || cluster.EndsWith("cluster/first", StringComparison.Ordinal))];

    private static IEnumerable<string> Allowed(IReadOnlyList<PolicyDocument> policies) =>
        policies.SelectMany(policy => policy.Statements).Where(statement => statement.Allows).SelectMany(statement => statement.Actions).Distinct();

    private static bool IsOfScenarios(IamRole role) =>
        RolesOfScenarios.Any(name => role.Name.Contains(name, StringComparison.Ordinal))
        // The hub forwards nothing in its home region; its forwarding role is for its other regions.
        || (role.Arn.Contains($":{TwinAccounts.Hub}:", StringComparison.Ordinal) && role.Name.Contains("Forward", StringComparison.Ordinal));

    /// <summary>What a role that is used does only for chained trust, opting out, offboarding or a sweep.</summary>
    private static bool IsOfScenarios(IamRole role, string action) => role.Name switch
    {
        TwinWorld.MemberRole => action.StartsWith("iam:", StringComparison.Ordinal) || action is "eks:ListClusters" or "eks:DeleteAccessEntry",
        _ when role.Name.Contains("PlanOnboarding", StringComparison.Ordinal) => action == "iam:ListOpenIDConnectProviders",
        _ when role.Name.Contains("OnboardCluster", StringComparison.Ordinal) => action == "states:StartExecution",
        _ => false,
    };

    private static bool MayUseInScenarios(IamRole role, string action) =>
        (IsOfScenarios(role) && Allowed(role.Policies).Contains(action)) || IsOfScenarios(role, action);

    private static string Describe(RecordedCall call) => $"{call.Caller} {call.Service}:{call.Action} {call.Resource}";

    // arn:aws:sts::111111111111:assumed-role/<name>/<session>; of a rule's target, arn:aws:iam::111111111111:role/<path>/<name>
    private static string RoleOf(RecordedCall call) =>
        call.Caller.Contains(":assumed-role/", StringComparison.Ordinal) ? call.Caller.Split('/')[1] : call.Caller.Split('/')[^1];
}
