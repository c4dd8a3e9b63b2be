namespace CentralAmp.Twin.Aws.Policies;

/// <summary>The wildcards of IAM: <c>*</c> for any text, <c>?</c> for one character.</summary>
public static class Glob
{
    public static bool Matches(string pattern, string text, StringComparison comparison = StringComparison.Ordinal)
    {
        // Greedy with one step back to the last star: linear in practice, never exponential.
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, mark) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || string.Compare(pattern, p, text, t, 1, comparison) == 0))
                (p, t) = (p + 1, t + 1);
            else if (star >= 0)
                (p, t) = (star + 1, ++mark);
            else
                return false;
        }

        return pattern.AsSpan(p).Trim('*').IsEmpty;
    }

    /// <summary>
    /// ARNs are compared part by part: a star in one of the first five parts does not reach into the next one
    /// (IAM user guide, "Resource element").
    /// </summary>
    public static bool MatchesArn(string pattern, string arn)
    {
        if (pattern == "*")
            return true;

        var patternParts = pattern.Split(':', 6);
        var parts = arn.Split(':', 6);
        return patternParts.Length == parts.Length && patternParts.Zip(parts).All(pair => Matches(pair.First, pair.Second));
    }
}
