using System.Collections.Immutable;

namespace CentralAmp.Twin.Aws.Policies;

/// <summary>Condition keys of one request with their values. Names are case-insensitive, as in IAM.</summary>
public sealed record RequestContext
{
    public static RequestContext Empty { get; } = new();

    private ImmutableDictionary<string, ImmutableArray<string>> Keys { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The values of a key; null if the request does not carry it.</summary>
    public IReadOnlyList<string>? this[string key] => Keys.TryGetValue(key, out var values) ? values : null;

    /// <summary>Adds a key; a null value means that the request does not carry it.</summary>
    public RequestContext With(string key, string? value) =>
        value is null ? this : this with { Keys = Keys.SetItem(key, [value]) };

    public RequestContext With(string key, IEnumerable<string> values) =>
        this with { Keys = Keys.SetItem(key, [.. values]) };

    /// <summary>Adds one key for each tag, e.g. <c>aws:RequestTag/team</c>.</summary>
    public RequestContext WithTags(string prefix, IEnumerable<KeyValuePair<string, string>> tags) =>
        tags.Aggregate(this, (context, tag) => context.With($"{prefix}/{tag.Key}", tag.Value));

    public RequestContext With(RequestContext other) => this with { Keys = Keys.SetItems(other.Keys) };

    /// <summary>Fills <c>${key}</c> in a policy value; null if the request does not carry the key, so that nothing can match.</summary>
    public string? Substitute(string value)
    {
        for (var start = value.IndexOf("${", StringComparison.Ordinal); start >= 0; start = value.IndexOf("${", start, StringComparison.Ordinal))
        {
            var end = value.IndexOf('}', start);
            if (end < 0)
                return value;

            var replacement = this[value[(start + 2)..end]];
            if (replacement is not [var single])
                return null;

            value = value[..start] + single + value[(end + 1)..];
            start += single.Length;
        }

        return value;
    }
}
