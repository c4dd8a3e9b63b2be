using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Routes;

namespace CentralAmp.Settings;

/// <summary>The settings of every function, from environment variables that the template sets. Times are whole seconds there.</summary>
public sealed record HubSettings
{
    public const string DefaultClusterLabelFormat = "{name}.{region}.{account}";
    public const string DefaultAgentImage =
        "quay.io/prometheus/prometheus:v3.5.0@sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996";

    /// <summary>Where charts and guides install the Prometheus of a cluster.</summary>
    public static readonly IReadOnlyList<string> DefaultCollectorNamespaces = ["monitoring", "observability", "prometheus", "prometheus-operator", "kube-prometheus-stack"];

    /// <summary>Name of the DynamoDB table.</summary>
    public required string RegistryTable { get; init; }

    /// <summary>The workspace of every cluster that no route matches.</summary>
    public required string WorkspaceArn { get; init; }

    /// <summary>Further workspaces of the hub account, in any region, that routes may name.</summary>
    public IReadOnlyList<string> MoreWorkspaceArns { get; init; } = [];

    /// <summary>Invalid routes do not fail the start: clusters are refused with cause RoutesInvalid, which the registry records.</summary>
    public RouteTable Routes { get; init; } = RouteTable.Empty;

    /// <summary>One of <see cref="TrustModes"/>, for clusters whose route has none.</summary>
    public string TrustMode { get; init; } = TrustModes.Direct;

    /// <summary>From this number of OIDC providers in the hub on, <c>auto</c> selects chained for new clusters.</summary>
    public int ProviderThreshold { get; init; } = 90;

    /// <summary>False: only clusters with the tag <c>central-amp:onboard=true</c> are onboarded.</summary>
    public bool OnboardByDefault { get; init; } = true;

    public required string HubAccountId { get; init; }

    /// <summary>Permissions boundary of every role that CentralAmp creates.</summary>
    public required string BoundaryArn { get; init; }

    public string MemberRoleName { get; init; } = "CentralAmpMember";

    /// <summary>The name that src/MemberAccount/template.yaml gives to the role that changes access entries and IAM.</summary>
    public string MemberManagerRoleName => $"{MemberRoleName}Manager";

    /// <summary>The AWS organization of hub and members; empty if there is none. Trust between accounts asks for it.</summary>
    public string OrganizationId { get; init; } = "";

    /// <summary>IAM path of ingest roles, with both slashes.</summary>
    public string RolePath { get; init; } = "/central-amp/";

    /// <summary>Path and name of the policy in member accounts that bounds collector roles.</summary>
    public string CollectorBoundary { get; init; } = "/central-amp/CentralAmpCollectorBoundary";

    /// <summary>How long a cluster may take to become ACTIVE, from the start of the execution.</summary>
    public TimeSpan ActiveLimit { get; init; } = TimeSpan.FromMinutes(60);

    public TimeSpan ActivePoll { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ParkFirst { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan ParkMax { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan ParkLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Duration of the elevation lease; after it, any execution may end the elevation.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Sets <c>proxyFromEnvironment</c> in CentralAmp's remote-write entry, for clusters behind an egress proxy.</summary>
    public bool ProxyFromEnvironment { get; init; }

    /// <summary>One of <see cref="DeliveryNames"/>, for clusters without the tag.</summary>
    public string Delivery { get; init; } = DeliveryNames.Auto;

    /// <summary>One of <see cref="Profiles"/>, for clusters without the tag.</summary>
    public string Profile { get; init; } = Profiles.Full;

    /// <summary>Before the first onboarding, resources in these namespaces precede those in others; and only these replace an agent of CentralAmp.</summary>
    public IReadOnlyList<string> CollectorNamespaces { get; init; } = DefaultCollectorNamespaces;

    /// <summary>Format of the label <c>cluster</c>; only all three placeholders together are unique in the organization.</summary>
    public string ClusterLabelFormat { get; init; } = DefaultClusterLabelFormat;

    /// <summary>Image of managed agents.</summary>
    public string AgentImage { get; init; } = DefaultAgentImage;

    /// <summary>Kubernetes tolerations of managed agents.</summary>
    public JsonArray AgentTolerations { get; init; } = [];

    public AgentLimits AgentLimits { get; init; } = new();

    /// <summary>How long a cluster without a collector waits for one before it gets a managed agent.</summary>
    public TimeSpan AgentGrace { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a cluster may write to a workspace that its route has left, if it never sends to the new one.</summary>
    public TimeSpan OldGrantMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Opt-in: a cluster with authentication mode CONFIG_MAP is switched to API_AND_CONFIG_MAP, which EKS cannot revert.</summary>
    public bool SwitchConfigMap { get; init; }

    public SweepSettings Sweep { get; init; } = new();

    public SilenceSettings Silence { get; init; } = new();

    /// <summary>Region of the functions.</summary>
    public string HubRegion { get; init; } = "us-east-1";

    /// <summary>Reads and validates all settings.</summary>
    /// <exception cref="InvalidOperationException">Names every variable that is missing or invalid.</exception>
    public static HubSettings FromEnvironment(Func<string, string?>? read = null)
    {
        var variables = new Variables(read ?? Environment.GetEnvironmentVariable);
        var hub = variables.Text("CENTRALAMP_HUB_ACCOUNT_ID", SettingsChecks.IsAccountId, "twelve digits");
        var workspace = variables.Text("CENTRALAMP_WORKSPACE_ARN", Workspace.IsArn, "an ARN of an AMP workspace");
        var more = variables.Texts("CENTRALAMP_MORE_WORKSPACE_ARNS", Workspace.IsArn, "ARNs of AMP workspaces");
        var settings = new HubSettings
        {
            RegistryTable = variables.Text("CENTRALAMP_REGISTRY_TABLE"),
            WorkspaceArn = workspace,
            MoreWorkspaceArns = more,
            Routes = RouteTable.Parse(variables.Optional("CENTRALAMP_ROUTES"), hub, [workspace, .. more]),
            TrustMode = variables.Text("CENTRALAMP_TRUST_MODE", TrustModes.IsKnown, "direct, chained or auto"),
            ProviderThreshold = variables.Number("CENTRALAMP_PROVIDER_THRESHOLD"),
            OnboardByDefault = variables.Flag("CENTRALAMP_ONBOARD_BY_DEFAULT"),
            HubAccountId = hub,
            HubRegion = variables.Text("AWS_REGION", ClusterArn.IsRegion, "a region"),
            BoundaryArn = variables.Text("CENTRALAMP_BOUNDARY_ARN", SettingsChecks.IsPolicyArn, "an ARN of a managed policy"),
            OrganizationId = variables.TextOr("CENTRALAMP_ORGANIZATION_ID", "", SettingsChecks.IsOrganizationId, "an id of an organization (o-...)"),
            MemberRoleName = variables.Text("CENTRALAMP_MEMBER_ROLE_NAME", SettingsChecks.IsRoleName, "a role name"),
            RolePath = variables.Text("CENTRALAMP_ROLE_PATH", SettingsChecks.IsRolePath, "an IAM path such as /central-amp/"),
            CollectorBoundary = variables.Text("CENTRALAMP_COLLECTOR_BOUNDARY", SettingsChecks.IsPolicyPath, "path and name of a policy such as /central-amp/Name"),
            ActiveLimit = variables.Seconds("CENTRALAMP_ACTIVE_LIMIT_SECONDS"),
            ActivePoll = variables.Seconds("CENTRALAMP_ACTIVE_POLL_SECONDS"),
            ParkFirst = variables.Seconds("CENTRALAMP_PARK_FIRST_SECONDS"),
            ParkMax = variables.Seconds("CENTRALAMP_PARK_MAX_SECONDS"),
            ParkLimit = variables.Seconds("CENTRALAMP_PARK_LIMIT_SECONDS"),
            Lease = variables.Seconds("CENTRALAMP_LEASE_SECONDS"),
            ProxyFromEnvironment = variables.Flag("CENTRALAMP_PROXY_FROM_ENVIRONMENT"),
            Delivery = variables.TextOr("CENTRALAMP_DELIVERY", DeliveryNames.Auto, DeliveryNames.IsKnown, DeliveryNames.Expected),
            Profile = variables.TextOr("CENTRALAMP_PROFILE", Profiles.Full, Profiles.IsKnown, Profiles.Expected),
            ClusterLabelFormat = variables.TextOr(
                "CENTRALAMP_CLUSTER_LABEL", DefaultClusterLabelFormat, SettingsChecks.IsClusterLabel, "a text with {name}, {region} and {account}"),
            CollectorNamespaces = variables.TextsOr("CENTRALAMP_COLLECTOR_NAMESPACES", DefaultCollectorNamespaces, SettingsChecks.IsNamespace, "names of namespaces"),
            AgentImage = variables.TextOr("CENTRALAMP_AGENT_IMAGE", DefaultAgentImage, SettingsChecks.IsImage, "an image with a tag or a digest"),
            AgentTolerations = SettingsChecks.Tolerations(
                variables.TextOr("CENTRALAMP_AGENT_TOLERATIONS", "[]", value => SettingsChecks.Tolerations(value) is not null, "a JSON list of tolerations")) ?? [],
            AgentLimits = new AgentLimits(
                variables.NumberOr("CENTRALAMP_AGENT_SAMPLE_LIMIT", absent: 0),
                variables.NumberOr("CENTRALAMP_AGENT_TARGET_LIMIT", absent: 0),
                variables.NumberOr("CENTRALAMP_AGENT_LABEL_LIMIT", absent: 0)),
            AgentGrace = variables.SecondsOr("CENTRALAMP_AGENT_GRACE_SECONDS", TimeSpan.FromMinutes(30)),
            OldGrantMax = variables.SecondsOr("CENTRALAMP_OLD_GRANT_SECONDS", TimeSpan.FromDays(1)),
            SwitchConfigMap = variables.TextOr("CENTRALAMP_SWITCH_CONFIG_MAP", "false", value => value is "true" or "false", "true or false") == "true",
            Sweep = SweepOf(variables),
            Silence = SilenceOf(variables),
        };
        variables.ThrowIfInvalid();
        return settings;
    }

    private static SilenceSettings SilenceOf(Variables variables) => new()
    {
        HubId = variables.Text("CENTRALAMP_HUB_ID", SettingsChecks.IsHubId, "the last part of the id of a stack"),
        TopicArn = variables.TextOr("CENTRALAMP_ALARM_TOPIC_ARN", "", SettingsChecks.IsTopicArn, "an ARN of an SNS topic"),
        Window = TimeSpan.FromHours(1 + variables.NumberOr("CENTRALAMP_SWEEP_ALARM_HOURS", absent: 12)),
    };

    private static SweepSettings SweepOf(Variables variables) => new()
    {
        Mode = variables.Text("CENTRALAMP_SWEEP_MODE", value => value is nameof(SweepMode.Enforce) or nameof(SweepMode.Observe), "Enforce or Observe")
            == nameof(SweepMode.Observe) ? SweepMode.Observe : SweepMode.Enforce,
        Paused = variables.Flag("CENTRALAMP_SWEEP_PAUSED"),
        MaxNew = variables.Number("CENTRALAMP_MAX_NEW_PER_SWEEP"),
        Accounts = variables.Texts("CENTRALAMP_ACCOUNTS", SettingsChecks.IsAccountId, "account ids of twelve digits"),
        Regions = variables.Texts("CENTRALAMP_REGIONS", ClusterArn.IsRegion, "regions"),
    };
}
