using CentralAmp.Settings;

namespace CentralAmp.Tests.Settings;

public sealed class HubSettingsTests
{
    private static readonly Dictionary<string, string> Complete = new()
    {
        ["CENTRALAMP_REGISTRY_TABLE"] = "registry",
        ["CENTRALAMP_WORKSPACE_ARN"] = "arn:aws:aps:us-east-1:111111111111:workspace/ws-1",
        ["CENTRALAMP_HUB_ACCOUNT_ID"] = "111111111111",
        ["CENTRALAMP_BOUNDARY_ARN"] = "arn:aws:iam::111111111111:policy/central-amp/boundary",
        ["CENTRALAMP_MEMBER_ROLE_NAME"] = "CentralAmpMember",
        ["CENTRALAMP_ROLE_PATH"] = "/central-amp/",
        ["CENTRALAMP_ACTIVE_LIMIT_SECONDS"] = "3600",
        ["CENTRALAMP_ACTIVE_POLL_SECONDS"] = "30",
        ["CENTRALAMP_PARK_FIRST_SECONDS"] = "60",
        ["CENTRALAMP_PARK_MAX_SECONDS"] = "3600",
        ["CENTRALAMP_PARK_LIMIT_SECONDS"] = "604800",
        ["CENTRALAMP_LEASE_SECONDS"] = "300",
        ["CENTRALAMP_PROXY_FROM_ENVIRONMENT"] = "true",
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
        ["AWS_REGION"] = "us-east-1",
    };

    [Fact]
    public void Settings_are_read_from_the_environment()
    {
        var settings = HubSettings.FromEnvironment(Complete.GetValueOrDefault);
        Assert.Equal("registry", settings.RegistryTable);
        Assert.Equal(TimeSpan.FromHours(1), settings.ActiveLimit);
        Assert.Equal(TimeSpan.FromMinutes(5), settings.Lease);
        Assert.True(settings.ProxyFromEnvironment);
    }

    [Fact]
    public void A_missing_variable_fails_at_start_and_is_named()
    {
        foreach (var name in Complete.Keys)
        {
            var failure = Assert.Throws<InvalidOperationException>(
                () => HubSettings.FromEnvironment(asked => asked == name ? null : Complete.GetValueOrDefault(asked)));
            Assert.Contains($"{name} is not set", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_that_is_missing_is_named_at_once()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => HubSettings.FromEnvironment(_ => null));
        Assert.All(Complete.Keys, name => Assert.Contains(name, failure.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CENTRALAMP_WORKSPACE_ARN", "ws-1")]
    [InlineData("CENTRALAMP_HUB_ACCOUNT_ID", "1")]
    [InlineData("CENTRALAMP_BOUNDARY_ARN", "boundary")]
    [InlineData("CENTRALAMP_MEMBER_ROLE_NAME", "path/role")]
    [InlineData("CENTRALAMP_ROLE_PATH", "central-amp")]
    [InlineData("CENTRALAMP_ACTIVE_LIMIT_SECONDS", "1h")]
    [InlineData("CENTRALAMP_LEASE_SECONDS", "0")]
    [InlineData("CENTRALAMP_PROXY_FROM_ENVIRONMENT", "maybe")]
    public void A_wrong_value_fails_at_start_and_is_named(string name, string value)
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => HubSettings.FromEnvironment(asked => asked == name ? value : Complete.GetValueOrDefault(asked)));
        Assert.Contains($"{name} is '{value}'", failure.Message, StringComparison.Ordinal);
    }
}
