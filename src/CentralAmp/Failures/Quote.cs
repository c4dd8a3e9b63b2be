namespace CentralAmp.Failures;

/// <summary>Shortens untrusted input that a sentence quotes, so that the sentence stays readable.</summary>
internal static class Quote
{
    private const int Longest = 120;

    public static string Cut(string text) => text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
}
