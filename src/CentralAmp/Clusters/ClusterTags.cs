using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Parses CentralAmp's tags of a cluster. Pure. An unknown value stops the workflow: a wrong guess could restart a tenant's pods.</summary>
public static class ClusterTags
{
    /// <summary><c>false</c> opts the cluster out, <c>true</c> opts it in; without the tag, the setting of the installation applies.</summary>
    public const string Onboard = "central-amp:onboard";

    /// <summary><c>true</c> allows CentralAmp to restart pods whose storage does not persist.</summary>
    public const string AllowRestart = "central-amp:allow-restart";

    /// <summary>One of <see cref="DeliveryNames"/>.</summary>
    public const string Delivery = "central-amp:delivery";

    /// <summary>One of <see cref="Profiles"/>.</summary>
    public const string Profile = "central-amp:profile";

    /// <summary><c>namespace/name</c> of the Prometheus resource that is the collector.</summary>
    public const string Collector = "central-amp:collector";

    internal const string Prefix = "central-amp:";

    /// <param name="onboardByDefault">Whether clusters without the tag are onboarded.</param>
    /// <exception cref="BlockedException">ClusterTagsInvalid.</exception>
    public static (bool Onboard, ClusterOptions Options) Read(ClusterReference cluster, IReadOnlyDictionary<string, string> tags, bool onboardByDefault)
    {
        foreach (var key in tags.Keys.Where(key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            if (key is not (Onboard or AllowRestart or Delivery or Profile or Collector))
            {
                throw Invalid(cluster, $"the tag '{Quote.Cut(key)}' is unknown");
            }
        }

        return (
            Flag(cluster, tags, Onboard, absent: onboardByDefault),
            new ClusterOptions(
                Flag(cluster, tags, AllowRestart, absent: false),
                Value(cluster, tags, Delivery, DeliveryNames.IsKnown, DeliveryNames.Expected),
                Value(cluster, tags, Profile, Profiles.IsKnown, Profiles.Expected),
                Value(cluster, tags, Collector, IsCollector, "namespace/name of a Prometheus resource")));
    }

    /// <summary>Invalid tags opt no cluster out: a typing error must not offboard a working cluster.</summary>
    public static bool OptsOut(ClusterReference cluster, IReadOnlyDictionary<string, string> tags, bool onboardByDefault)
    {
        try
        {
            return !Read(cluster, tags, onboardByDefault).Onboard;
        }
        catch (BlockedException)
        {
            return false;
        }
    }

    private static bool Flag(ClusterReference cluster, IReadOnlyDictionary<string, string> tags, string key, bool absent) =>
        tags.TryGetValue(key, out var value)
            ? value.Trim().ToLowerInvariant() switch
            {
                "true" => true,
                "false" => false,
                _ => throw Invalid(cluster, $"the tag '{key}' is '{Quote.Cut(value)}', expected true or false"),
            }
            : absent;

    private static string? Value(
        ClusterReference cluster, IReadOnlyDictionary<string, string> tags, string key, Func<string, bool> isKnown, string expected)
    {
        if (!tags.TryGetValue(key, out var value))
        {
            return null;
        }

        var normalized = value.Trim().ToLowerInvariant();
        return isKnown(normalized) ? normalized : throw Invalid(cluster, $"the tag '{key}' is '{Quote.Cut(value)}', expected {expected}");
    }

    /// <summary>Names in Kubernetes have no upper case, so a normalized value is the name itself.</summary>
    private static bool IsCollector(string value) =>
        value.Split('/') is [{ Length: > 0 and <= 63 } @namespace, { Length: > 0 and <= 253 } name] && IsDnsName(@namespace) && IsDnsName(name);

    private static bool IsDnsName(string name) =>
        name.Split('.').All(label => label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'));

    private static BlockedException Invalid(ClusterReference cluster, string why) => new(
        Causes.ClusterTagsInvalid,
        $"The tags of {cluster} are invalid: {why}.",
        $"Set '{Onboard}' and '{AllowRestart}' to true or false, '{Delivery}' to {DeliveryNames.Expected}, '{Profile}' to {Profiles.Expected}, "
        + $"'{Collector}' to namespace/name, or remove them, then execute again.");
}
