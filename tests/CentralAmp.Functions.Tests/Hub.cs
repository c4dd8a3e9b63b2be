using CentralAmp.Clusters;
using CentralAmp.Settings;

namespace CentralAmp.Functions.Tests;

/// <summary>Settings, a cluster and an execution to test with.</summary>
internal static class Hub
{
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["AWS_REGION"] = "us-east-1",
        ["CENTRALAMP_HUB_ACCOUNT_ID"] = "111111111111",
        ["CENTRALAMP_HUB_ID"] = "0f0e0d0c-0000-0000-0000-000000000000",
        ["CENTRALAMP_REGISTRY_TABLE"] = "registry",
        ["CENTRALAMP_WORKSPACE_ARN"] = "arn:aws:aps:us-east-1:111111111111:workspace/ws-00000000-0000-0000-0000-000000000000",
        ["CENTRALAMP_MEMBER_ROLE_NAME"] = "CentralAmpMember",
        ["CENTRALAMP_ROLE_PATH"] = "/central-amp/",
        ["CENTRALAMP_BOUNDARY_ARN"] = "arn:aws:iam::111111111111:policy/central-amp/boundary",
        ["CENTRALAMP_PROXY_FROM_ENVIRONMENT"] = "false",
        ["CENTRALAMP_ACTIVE_POLL_SECONDS"] = "60",
        ["CENTRALAMP_ACTIVE_LIMIT_SECONDS"] = "3600",
        ["CENTRALAMP_PARK_FIRST_SECONDS"] = "60",
        ["CENTRALAMP_PARK_MAX_SECONDS"] = "3600",
        ["CENTRALAMP_PARK_LIMIT_SECONDS"] = "604800",
        ["CENTRALAMP_LEASE_SECONDS"] = "600",
        ["CENTRALAMP_MORE_WORKSPACE_ARNS"] = "",
        ["CENTRALAMP_ROUTES"] = "",
        ["CENTRALAMP_TRUST_MODE"] = "direct",
        ["CENTRALAMP_PROVIDER_THRESHOLD"] = "90",
        ["CENTRALAMP_ONBOARD_BY_DEFAULT"] = "true",
        ["CENTRALAMP_COLLECTOR_BOUNDARY"] = "/central-amp/CentralAmpCollectorBoundary",
        ["CENTRALAMP_SWEEP_MODE"] = "Enforce",
        ["CENTRALAMP_SWEEP_PAUSED"] = "false",
        ["CENTRALAMP_MAX_NEW_PER_SWEEP"] = "50",
        ["CENTRALAMP_ACCOUNTS"] = "",
        ["CENTRALAMP_REGIONS"] = "",
    };

    public static HubSettings Settings { get; } = HubSettings.FromEnvironment(name => Environment.GetValueOrDefault(name));

    public static ExecutionReference Execution { get; } =
        new("arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:e1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static ClusterReference Cluster { get; } =
        new("arn:aws:eks:eu-west-1:222222222222:cluster/blue", "aws", "222222222222", "eu-west-1", "blue");
}
