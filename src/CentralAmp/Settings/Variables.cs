using System.Globalization;

namespace CentralAmp.Settings;

/// <summary>Reads environment variables and collects all that is wrong, so that one failed start tells everything.</summary>
internal sealed class Variables(Func<string, string?> read)
{
    private readonly List<string> wrong = [];

    public string Text(string name, Func<string, bool>? check = null, string expected = "")
    {
        var value = read(name);
        if (string.IsNullOrWhiteSpace(value))
        {
            wrong.Add($"{name} is not set");
            return "";
        }

        if (check is not null && !check(value))
        {
            wrong.Add($"{name} is '{value}', expected {expected}");
        }

        return value;
    }

    /// <summary>Set, but perhaps to nothing.</summary>
    public string Optional(string name)
    {
        if (read(name) is { } value)
        {
            return value;
        }

        wrong.Add($"{name} is not set");
        return "";
    }

    /// <summary>For what has a default: not set, or set to nothing.</summary>
    public string TextOr(string name, string absent, Func<string, bool> check, string expected) =>
        string.IsNullOrWhiteSpace(read(name)) ? absent : Text(name, check, expected);

    /// <summary>Whole, and perhaps 0.</summary>
    public TimeSpan SecondsOr(string name, TimeSpan absent) =>
        string.IsNullOrWhiteSpace(read(name)) ? absent : TimeSpan.FromSeconds(Number(name));

    /// <summary>Values with commas between them, perhaps none.</summary>
    public IReadOnlyList<string> Texts(string name, Func<string, bool> check, string expected)
    {
        var values = Optional(name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        wrong.AddRange(values.Where(value => !check(value)).Select(value => $"{name} is '{value}' in one place, expected {expected}"));
        return values;
    }

    /// <summary>Whole, and not below 0.</summary>
    public int Number(string name)
    {
        var text = Text(name, value => Whole(value) is not null, "a whole number");
        return Whole(text) ?? 0;
    }

    /// <summary>Whole, and perhaps 0.</summary>
    public int NumberOr(string name, int absent) => string.IsNullOrWhiteSpace(read(name)) ? absent : Number(name);

    public TimeSpan Seconds(string name)
    {
        var text = Text(name, value => Whole(value) > 0, "whole seconds above 0");
        return TimeSpan.FromSeconds(Whole(text) ?? 0);
    }

    public bool Flag(string name) => Text(name, value => value is "true" or "false", "true or false") == "true";

    /// <exception cref="InvalidOperationException">Names every variable that is missing or wrong.</exception>
    public void ThrowIfWrong()
    {
        if (wrong.Count > 0)
        {
            throw new InvalidOperationException($"The function's environment is not usable: {string.Join("; ", wrong)}.");
        }
    }

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
