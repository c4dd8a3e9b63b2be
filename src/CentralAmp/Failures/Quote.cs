namespace CentralAmp.Failures;

/// <summary>Strange input in a sentence: short, so that the sentence stays one.</summary>
internal static class Quote
{
    private const int Longest = 120;

    public static string Cut(string text) => text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
}
