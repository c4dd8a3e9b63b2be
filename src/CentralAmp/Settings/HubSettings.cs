using System.Globalization;

namespace CentralAmp.Settings;

/// <summary>What the template tells every function, by environment variables. Times are whole seconds there.</summary>
public sealed record HubSettings
{
    /// <summary>Name of the DynamoDB table.</summary>
    public required string RegistryTable { get; init; }

    /// <summary>The workspace that every cluster is routed to.</summary>
    public required string WorkspaceArn { get; init; }

    public required string HubAccountId { get; init; }

    /// <summary>Permissions boundary of every role CentralAmp makes.</summary>
    public required string BoundaryArn { get; init; }

    public string MemberRoleName { get; init; } = "CentralAmpMember";

    /// <summary>IAM path of ingest roles, with both slashes.</summary>
    public string RolePath { get; init; } = "/central-amp/";

    /// <summary>How long a cluster may take to become ACTIVE, from the start of the execution.</summary>
    public TimeSpan ActiveLimit { get; init; } = TimeSpan.FromMinutes(60);

    public TimeSpan ActivePoll { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ParkFirst { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan ParkMax { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan ParkLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long an elevation may last before anyone may end it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Sets <c>proxyFromEnvironment</c> in our remote-write entry, for clusters behind an egress proxy.</summary>
    public bool ProxyFromEnvironment { get; init; }

    /// <summary>Reads and checks all of them.</summary>
    /// <exception cref="InvalidOperationException">Names every variable that is missing or wrong.</exception>
    public static HubSettings FromEnvironment(Func<string, string?>? read = null)
    {
        var variables = new Variables(read ?? Environment.GetEnvironmentVariable);
        var settings = new HubSettings
        {
            RegistryTable = variables.Text("CENTRALAMP_REGISTRY_TABLE"),
            WorkspaceArn = variables.Text("CENTRALAMP_WORKSPACE_ARN", SettingsChecks.IsWorkspaceArn, "an ARN of an AMP workspace"),
            HubAccountId = variables.Text("CENTRALAMP_HUB_ACCOUNT_ID", SettingsChecks.IsAccountId, "twelve digits"),
            BoundaryArn = variables.Text("CENTRALAMP_BOUNDARY_ARN", SettingsChecks.IsPolicyArn, "an ARN of a managed policy"),
            MemberRoleName = variables.Text("CENTRALAMP_MEMBER_ROLE_NAME", SettingsChecks.IsRoleName, "a role name"),
            RolePath = variables.Text("CENTRALAMP_ROLE_PATH", SettingsChecks.IsRolePath, "an IAM path such as /central-amp/"),
            ActiveLimit = variables.Seconds("CENTRALAMP_ACTIVE_LIMIT_SECONDS"),
            ActivePoll = variables.Seconds("CENTRALAMP_ACTIVE_POLL_SECONDS"),
            ParkFirst = variables.Seconds("CENTRALAMP_PARK_FIRST_SECONDS"),
            ParkMax = variables.Seconds("CENTRALAMP_PARK_MAX_SECONDS"),
            ParkLimit = variables.Seconds("CENTRALAMP_PARK_LIMIT_SECONDS"),
            Lease = variables.Seconds("CENTRALAMP_LEASE_SECONDS"),
            ProxyFromEnvironment = variables.Flag("CENTRALAMP_PROXY_FROM_ENVIRONMENT"),
        };
        variables.ThrowIfWrong();
        return settings;
    }

    /// <summary>Collects all that is wrong, so that one failed start tells everything.</summary>
    private sealed class Variables(Func<string, string?> read)
    {
        private readonly List<string> wrong = [];

        public string Text(string name, Func<string, bool>? check = null, string expected = "")
        {
            var value = read(name);
            if (string.IsNullOrWhiteSpace(value))
            {
                wrong.Add($"{name} is not set");
                return "";
            }

            if (check is not null && !check(value))
            {
                wrong.Add($"{name} is '{value}', expected {expected}");
            }

            return value;
        }

        public TimeSpan Seconds(string name)
        {
            var text = Text(name, value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0, "whole seconds above 0");
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        }

        public bool Flag(string name) => Text(name, value => value is "true" or "false", "true or false") == "true";

        public void ThrowIfWrong()
        {
            if (wrong.Count > 0)
            {
                throw new InvalidOperationException($"The function's environment is not usable: {string.Join("; ", wrong)}.");
            }
        }
    }
}
