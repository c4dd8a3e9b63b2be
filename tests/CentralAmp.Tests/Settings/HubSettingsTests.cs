using CentralAmp.Settings;

namespace CentralAmp.Tests.Settings;

public sealed class HubSettingsTests
{
    private static readonly Dictionary<string, string> Complete = new()
    {
        ["CENTRALAMP_REGISTRY_TABLE"] = "registry",
        ["CENTRALAMP_WORKSPACE_ARN"] = "arn:aws:aps:us-east-1:111111111111:workspace/ws-1",
        ["CENTRALAMP_HUB_ACCOUNT_ID"] = "111111111111",
        ["CENTRALAMP_HUB_ID"] = "0f0e0d0c-0000-0000-0000-000000000000",
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
    public void All_missing_variables_are_named_at_once()
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
    [InlineData("CENTRALAMP_MORE_WORKSPACE_ARNS", "ws-2")]
    [InlineData("CENTRALAMP_TRUST_MODE", "loose")]
    [InlineData("CENTRALAMP_PROVIDER_THRESHOLD", "-1")]
    [InlineData("CENTRALAMP_ONBOARD_BY_DEFAULT", "yes")]
    [InlineData("CENTRALAMP_COLLECTOR_BOUNDARY", "arn:aws:iam::222222222222:policy/x")]
    [InlineData("CENTRALAMP_SWEEP_MODE", "enforce")]
    [InlineData("CENTRALAMP_MAX_NEW_PER_SWEEP", "many")]
    [InlineData("CENTRALAMP_ACCOUNTS", "22")]
    [InlineData("CENTRALAMP_REGIONS", "moon-1")]
    [InlineData("AWS_REGION", "home")]
    [InlineData("CENTRALAMP_DELIVERY", "sidecar")]
    [InlineData("CENTRALAMP_PROFILE", "some")]
    [InlineData("CENTRALAMP_CLUSTER_LABEL", "{name}.{region}")]
    [InlineData("CENTRALAMP_CLUSTER_LABEL", "\"{name}{region}{account}\"")]
    [InlineData("CENTRALAMP_AGENT_IMAGE", "quay.io/prometheus/prometheus")]
    [InlineData("CENTRALAMP_AGENT_TOLERATIONS", "[1]")]
    [InlineData("CENTRALAMP_AGENT_TOLERATIONS", "{")]
    [InlineData("CENTRALAMP_AGENT_GRACE_SECONDS", "1h")]
    [InlineData("CENTRALAMP_AGENT_SAMPLE_LIMIT", "-1")]
    [InlineData("CENTRALAMP_OLD_GRANT_SECONDS", "a day")]
    [InlineData("CENTRALAMP_SWITCH_CONFIG_MAP", "perhaps")]
    public void An_invalid_value_fails_at_start_and_is_named(string name, string value)
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => HubSettings.FromEnvironment(asked => asked == name ? value : Complete.GetValueOrDefault(asked)));
        Assert.Contains($"{name} is '{value}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_may_be_empty_and_contain_blanks_and_routes_may_name_the_workspaces_of_the_hub()
    {
        const string More = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-2";
        var settings = With(
            ("CENTRALAMP_MORE_WORKSPACE_ARNS", $" {More} ,"),
            ("CENTRALAMP_ROUTES", $$"""[{"name":"europe","workspaceArn":"{{More}}","regions":["eu-west-1"]}]"""),
            ("CENTRALAMP_ACCOUNTS", "222222222222, 333333333333"),
            ("CENTRALAMP_SWEEP_MODE", "Observe"));

        Assert.Empty(settings.Routes.Errors);
        Assert.Equal((More, "direct"), (Assert.Single(settings.Routes.Routes).WorkspaceArn, settings.TrustMode));
        Assert.Equal(["222222222222", "333333333333"], settings.Sweep.Accounts);
        Assert.Equal((0, SweepMode.Observe), (settings.Sweep.Regions.Count, settings.Sweep.Mode));
        Assert.Equal((90, true, "/central-amp/CentralAmpCollectorBoundary"), (settings.ProviderThreshold, settings.OnboardByDefault, settings.CollectorBoundary));
    }

    [Fact]
    public void Settings_of_deliveries_have_defaults()
    {
        var settings = With(("CENTRALAMP_AGENT_TOLERATIONS", ""));

        Assert.Equal(("auto", "full", "{name}.{region}.{account}"), (settings.Delivery, settings.Profile, settings.ClusterLabelFormat));
        Assert.Equal((TimeSpan.FromMinutes(30), false, 0), (settings.AgentGrace, settings.SwitchConfigMap, settings.AgentTolerations.Count));
        Assert.Matches(@"^quay\.io/prometheus/prometheus:v3\.5\.0@sha256:[0-9a-f]{64}$", settings.AgentImage);
    }

    [Fact]
    public void Settings_of_deliveries_are_read_from_the_environment()
    {
        var settings = With(
            ("CENTRALAMP_DELIVERY", "prometheus-agent"),
            ("CENTRALAMP_PROFILE", "minimal"),
            ("CENTRALAMP_CLUSTER_LABEL", "{account}/{region}/{name}"),
            ("CENTRALAMP_AGENT_IMAGE", "registry.example:5000/prometheus@sha256:" + new string('0', 64)),
            ("CENTRALAMP_AGENT_TOLERATIONS", """[{"key":"dedicated","operator":"Exists"}]"""),
            ("CENTRALAMP_AGENT_GRACE_SECONDS", "0"),
            ("CENTRALAMP_SWITCH_CONFIG_MAP", "true"));

        Assert.Equal(("prometheus-agent", "minimal", "{account}/{region}/{name}"), (settings.Delivery, settings.Profile, settings.ClusterLabelFormat));
        Assert.Equal((TimeSpan.Zero, true, 1), (settings.AgentGrace, settings.SwitchConfigMap, settings.AgentTolerations.Count));
    }

    [Fact]
    public void An_old_grant_stays_for_a_day_unless_the_parameter_says_otherwise()
    {
        Assert.Equal(TimeSpan.FromDays(1), With(("CENTRALAMP_OLD_GRANT_SECONDS", "")).OldGrantMax);
        Assert.Equal(TimeSpan.FromMinutes(1), With(("CENTRALAMP_OLD_GRANT_SECONDS", "60")).OldGrantMax);
    }

    [Fact]
    public void Invalid_routes_do_not_fail_the_start_so_that_the_registry_can_record_them() =>
        Assert.Contains("routes[0].name is missing", With(("CENTRALAMP_ROUTES", "[{}]")).Routes.Errors);

    private static HubSettings With(params (string Name, string Value)[] others) => HubSettings.FromEnvironment(
        asked => others.Where(other => other.Name == asked).Select(other => other.Value).SingleOrDefault(Complete.GetValueOrDefault(asked)!));
}
