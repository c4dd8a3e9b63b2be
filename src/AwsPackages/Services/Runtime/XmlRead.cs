using System.Globalization;
using System.Xml.Linq;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>Reads members of a query protocol's XML response by local name; null stands for absent.</summary>
internal static class XmlRead
{
    public static XElement? Member(XElement? parent, string name) => parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    public static string? Text(XElement? element) => element?.Value;

    public static bool? Boolean(XElement? element) => element is null ? null : bool.Parse(element.Value);

    public static int? Integer(XElement? element) => element is null ? null : int.Parse(element.Value, CultureInfo.InvariantCulture);

    public static long? Long(XElement? element) => element is null ? null : long.Parse(element.Value, CultureInfo.InvariantCulture);

    public static double? Double(XElement? element) => element is null ? null : double.Parse(element.Value, CultureInfo.InvariantCulture);

    public static DateTime? Timestamp(XElement? element) => element is null
        ? null
        : DateTime.Parse(element.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    public static List<T>? List<T>(XElement? element, Func<XElement, T> read) =>
        element?.Elements().Where(item => item.Name.LocalName == "member").Select(read).ToList();
}
