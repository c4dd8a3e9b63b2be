using System.Globalization;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>Members that travel in response headers; a malformed one counts as absent, since it only decorates an error.</summary>
internal static class HeaderRead
{
    public static string? Text(string? value) => value;

    public static int? Integer(string? value) => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
