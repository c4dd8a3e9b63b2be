using System.Globalization;

namespace CentralAmp.Settings;

/// <summary>Reads environment variables and collects all errors, so that one failed start reports all of them.</summary>
internal sealed class Variables(Func<string, string?> read)
{
    private readonly List<string> errors = [];

    public string Text(string name, Func<string, bool>? check = null, string expected = "")
    {
        var value = read(name);
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{name} is not set");
            return "";
        }

        if (check is not null && !check(value))
        {
            errors.Add($"{name} is '{value}', expected {expected}");
        }

        return value;
    }

    /// <summary>Must be set, and may be empty.</summary>
    public string Optional(string name)
    {
        if (read(name) is { } value)
        {
            return value;
        }

        errors.Add($"{name} is not set");
        return "";
    }

    /// <param name="absent">The value if the variable is not set or empty.</param>
    public string TextOr(string name, string absent, Func<string, bool> check, string expected) =>
        string.IsNullOrWhiteSpace(read(name)) ? absent : Text(name, check, expected);

    /// <summary>Whole seconds, 0 included.</summary>
    public TimeSpan SecondsOr(string name, TimeSpan absent) =>
        string.IsNullOrWhiteSpace(read(name)) ? absent : TimeSpan.FromSeconds(Number(name));

    /// <summary>Values separated by commas; may be empty.</summary>
    public IReadOnlyList<string> Texts(string name, Func<string, bool> check, string expected)
    {
        var values = Optional(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        errors.AddRange(values.Where(value => !check(value)).Select(value => $"{name} is '{value}' in its list, expected {expected}"));
        return values;
    }

    /// <param name="absent">The values if the variable is not set or empty.</param>
    public IReadOnlyList<string> TextsOr(string name, IReadOnlyList<string> absent, Func<string, bool> check, string expected) =>
        string.IsNullOrWhiteSpace(read(name)) ? absent : Texts(name, check, expected);

    /// <summary>A whole number, 0 included.</summary>
    public int Number(string name)
    {
        var text = Text(name, value => Whole(value) is not null, "a whole number");
        return Whole(text) ?? 0;
    }

    /// <summary>A whole number, 0 included.</summary>
    public int NumberOr(string name, int absent) => string.IsNullOrWhiteSpace(read(name)) ? absent : Number(name);

    public TimeSpan Seconds(string name)
    {
        var text = Text(name, value => Whole(value) > 0, "whole seconds above 0");
        return TimeSpan.FromSeconds(Whole(text) ?? 0);
    }

    public bool Flag(string name) => Text(name, value => value is "true" or "false", "true or false") == "true";

    /// <exception cref="InvalidOperationException">Names every variable that is missing or invalid.</exception>
    public void ThrowIfInvalid()
    {
        if (errors.Count > 0)
        {
            throw new InvalidOperationException($"The function's environment is not usable: {string.Join("; ", errors)}.");
        }
    }

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
