namespace CentralAmp.Benchmarks;

/// <summary>The environment of the function DescribeCluster, as template.yaml sets it.</summary>
internal static class FunctionSettings
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["SSL_CERT_DIR"] = "/nonexistent",
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["_HANDLER"] = "CentralAmp.Functions",
        ["ANNOTATIONS_HANDLER"] = "DescribeCluster",
        ["CENTRALAMP_REGISTRY_TABLE"] = "registry",
        ["CENTRALAMP_WORKSPACE_ARN"] = "arn:aws:aps:us-east-1:111111111111:workspace/ws-benchmark",
        ["CENTRALAMP_MEMBER_ROLE_NAME"] = "CentralAmpMember",
        ["CENTRALAMP_ROLE_PATH"] = "/central-amp/",
        ["CENTRALAMP_BOUNDARY_ARN"] = "arn:aws:iam::111111111111:policy/central-amp/boundary",
        ["CENTRALAMP_ACTIVE_LIMIT_SECONDS"] = "2000000000",
        ["CENTRALAMP_ACTIVE_POLL_SECONDS"] = "30",
        ["CENTRALAMP_PARK_FIRST_SECONDS"] = "60",
        ["CENTRALAMP_PARK_MAX_SECONDS"] = "900",
        ["CENTRALAMP_PARK_LIMIT_SECONDS"] = "604800",
        ["CENTRALAMP_LEASE_SECONDS"] = "300",
        ["CENTRALAMP_PROXY_FROM_ENVIRONMENT"] = "false",
        ["CENTRALAMP_HUB_ACCOUNT_ID"] = "111111111111",
        ["CENTRALAMP_HUB_ID"] = "0f0e0d0c-0000-0000-0000-000000000000",
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
}
