using System.Text.RegularExpressions;

namespace CentralAmp.Settings;

/// <summary>Shapes of the values that settings may have.</summary>
internal static partial class SettingsChecks
{
    public static bool IsAccountId(string value) => AccountId().IsMatch(value);

    public static bool IsWorkspaceArn(string value) => WorkspaceArn().IsMatch(value);

    public static bool IsPolicyArn(string value) => PolicyArn().IsMatch(value);

    public static bool IsRoleName(string value) => RoleName().IsMatch(value);

    public static bool IsRolePath(string value) => RolePath().IsMatch(value);

    public static bool IsPolicyPath(string value) => PolicyPath().IsMatch(value);

    [GeneratedRegex(@"\A[0-9]{12}\z")]
    private static partial Regex AccountId();

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:aps:[a-z0-9-]+:[0-9]{12}:workspace/ws-[A-Za-z0-9-]+\z")]
    private static partial Regex WorkspaceArn();

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+\z")]
    private static partial Regex PolicyArn();

    [GeneratedRegex(@"\A[\w+=,.@-]{1,64}\z")]
    private static partial Regex RoleName();

    [GeneratedRegex(@"\A/([\x21-\x7e]+/)?\z")]
    private static partial Regex RolePath();

    [GeneratedRegex(@"\A/([\x21-\x7e]+/)?[\w+=,.@-]{1,128}\z")]
    private static partial Regex PolicyPath();
}
