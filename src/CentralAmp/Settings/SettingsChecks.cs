using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CentralAmp.Settings;

/// <summary>Formats of settings.</summary>
internal static partial class SettingsChecks
{
    public static bool IsAccountId(string value) => AccountId().IsMatch(value);

    public static bool IsPolicyArn(string value) => PolicyArn().IsMatch(value);

    public static bool IsRoleName(string value) => RoleName().IsMatch(value);

    public static bool IsRolePath(string value) => RolePath().IsMatch(value);

    public static bool IsPolicyPath(string value) => PolicyPath().IsMatch(value);

    /// <summary>All three placeholders: only together they are unique in an organization.</summary>
    public static bool IsClusterLabel(string value) =>
        value.Contains("{name}", StringComparison.Ordinal)
        && value.Contains("{region}", StringComparison.Ordinal)
        && value.Contains("{account}", StringComparison.Ordinal)
        && ClusterLabel().IsMatch(value);

    public static bool IsNamespace(string value) => Namespace().IsMatch(value);

    public static bool IsTopicArn(string value) => TopicArn().IsMatch(value);

    public static bool IsOrganizationId(string value) => value.Length == 0 || OrganizationId().IsMatch(value);

    // Rules contain it between quotation marks.
    public static bool IsHubId(string value) => value.Length is > 0 and <= 64 && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    public static bool IsImage(string value) => Image().IsMatch(value);

    /// <summary>Null if it is not a list of objects.</summary>
    public static JsonArray? Tolerations(string value)
    {
        try
        {
            return JsonNode.Parse(value) is JsonArray list && list.All(item => item is JsonObject) ? list : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A[0-9]{12}\z")]
    private static partial Regex AccountId();

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+\z")]
    private static partial Regex PolicyArn();

    [GeneratedRegex(@"\A[\w+=,.@-]{1,64}\z")]
    private static partial Regex RoleName();

    [GeneratedRegex(@"\A/([\x21-\x7e]+/)?\z")]
    private static partial Regex RolePath();

    [GeneratedRegex(@"\A/([\x21-\x7e]+/)?[\w+=,.@-]{1,128}\z")]
    private static partial Regex PolicyPath();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\Aarn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w-]+\z")]
    private static partial Regex TopicArn();

    [GeneratedRegex(@"\Ao-[a-z0-9]{10,32}\z")]
    private static partial Regex OrganizationId();

    // Queries contain it between quotation marks.
    [GeneratedRegex(@"\A[A-Za-z0-9_.:/@{}-]{1,120}\z")]
    private static partial Regex ClusterLabel();

    // Requires a tag or a digest, so that the version in all clusters does not change by itself.
    [GeneratedRegex(@"\A[a-z0-9][a-zA-Z0-9._/:-]*(:[\w.-]{1,128}|@sha256:[0-9a-f]{64})\z")]
    private static partial Regex Image();
}
