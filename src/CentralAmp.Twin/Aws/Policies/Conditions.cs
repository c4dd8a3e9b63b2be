using System.Globalization;

namespace CentralAmp.Twin.Aws.Policies;

/// <summary>Judges the Condition block of a statement: every condition must hold.</summary>
public static class Conditions
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <exception cref="NotSupportedException">The twin does not support the operator. An error is safer than a wrong allowance.</exception>
    public static bool Hold(IEnumerable<PolicyCondition> conditions, RequestContext context) =>
        conditions.All(condition => Holds(condition, context));

    private static bool Holds(PolicyCondition condition, RequestContext context)
    {
        var name = condition.Operator;
        var forAll = Strip(ref name, "ForAllValues:");
        var forAny = Strip(ref name, "ForAnyValue:");
        var ifExists = name.EndsWith("IfExists", StringComparison.Ordinal);
        if (ifExists)
            name = name[..^"IfExists".Length];

        var actual = context[condition.Key];
        if (name == "Null")
            return condition.Values.Any(expected => (actual is null or []) == bool.Parse(expected));

        // "Not" operators hold when the key is missing; so does ForAllValues, which asks something of every value there is.
        var negated = name.Contains("Not", StringComparison.Ordinal);
        var test = Test(name.Replace("Not", "", StringComparison.Ordinal));
        if (actual is null or [])
            return ifExists || forAll || (negated && !forAny);

        var expectations = condition.Values.Select(context.Substitute).OfType<string>().ToList();
        bool HoldsFor(string value) => expectations.Any(expected => test(expected, value)) != negated;
        return forAll || !forAny ? actual.All(HoldsFor) : actual.Any(HoldsFor);
    }

    private static Func<string, string, bool> Test(string name) => name switch
    {
        "StringEquals" => (expected, value) => expected == value,
        "StringEqualsIgnoreCase" => (expected, value) => string.Equals(expected, value, IgnoreCase),
        "StringLike" => (expected, value) => Glob.Matches(expected, value),
        "ArnEquals" or "ArnLike" => Glob.MatchesArn,
        "Bool" => (expected, value) => string.Equals(expected, value, IgnoreCase),
        "NumericEquals" => (expected, value) => Number(value) == Number(expected),
        "NumericLessThan" => (expected, value) => Number(value) < Number(expected),
        "NumericLessThanEquals" => (expected, value) => Number(value) <= Number(expected),
        "NumericGreaterThan" => (expected, value) => Number(value) > Number(expected),
        "NumericGreaterThanEquals" => (expected, value) => Number(value) >= Number(expected),
        _ => throw new NotSupportedException($"The twin does not judge the condition operator '{name}'."),
    };

    private static decimal Number(string value) => decimal.Parse(value, CultureInfo.InvariantCulture);

    private static bool Strip(ref string name, string prefix)
    {
        var found = name.StartsWith(prefix, StringComparison.Ordinal);
        if (found)
            name = name[prefix.Length..];
        return found;
    }
}
