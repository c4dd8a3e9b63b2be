using System.Linq;
using Microsoft.CodeAnalysis.CSharp;

namespace CentralAmp.AwsPackages.Generator.Text;

internal static class CSharp
{
    /// <summary>A string literal, quoted and escaped.</summary>
    public static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    /// <summary>The model's name with a capital first letter, as the SDK names members and types.</summary>
    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>A lower-camel-case identifier, escaped when it is a keyword.</summary>
    public static string Camel(string name)
    {
        var camel = char.ToLowerInvariant(name[0]) + name.Substring(1);
        return SyntaxFacts.GetKeywordKind(camel) == SyntaxKind.None ? camel : "@" + camel;
    }

    /// <summary>The SDK's name of an enumeration value: <c>us-gov.west</c> becomes <c>UsGovWest</c>.</summary>
    public static string Constant(string value)
    {
        var words = value.Split('-', '.', ':', ' ', '/', '(', ')').Where(word => word.Length > 0).Select(Pascal);
        var name = new string(string.Concat(words).Where(c => char.IsLetterOrDigit(c) || c == '_').ToArray());
        return name.Length == 0 || char.IsDigit(name[0]) ? "_" + name : name;
    }
}
