using System.Globalization;

namespace CentralAmp.Failures;

/// <summary>Bounds texts that may quote a cluster or a service. State data, registry items and events have limits, and one cluster must not reach them.</summary>
public static class Sentence
{
    public const int MostCharacters = 2000;

    /// <summary>The beginning of a text that is too long, with its length.</summary>
    public static string Bound(string text)
    {
        if (text.Length <= MostCharacters)
        {
            return text;
        }

        // Never half of a surrogate pair.
        var end = char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}… (the first {MostCharacters} of {text.Length} characters)");
    }
}
