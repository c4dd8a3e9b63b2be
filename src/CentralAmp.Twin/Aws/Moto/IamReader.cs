using System.Text.Json;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Moto;

/// <summary>Reads an account's IAM from the answer of moto's launcher.</summary>
internal static class IamReader
{
    private static readonly PolicyDocument Nothing = new([]);

    public static IamSnapshot Read(JsonElement root)
    {
        var policies = root.GetProperty("policies").EnumerateObject().ToDictionary(policy => policy.Name, policy => policy.Value.GetString()!);
        return new IamSnapshot(
            root.GetProperty("roles").EnumerateArray().Select(role => ReadRole(role, policies)).ToDictionary(role => role.Arn),
            root.GetProperty("providers").EnumerateArray().Select(ReadProvider).ToDictionary(provider => provider.Arn),
            policies.Keys.ToHashSet());
    }

    private static IamRole ReadRole(JsonElement role, Dictionary<string, string> policies)
    {
        var boundary = role.GetProperty("boundary").GetString();
        return new IamRole(
            role.GetProperty("arn").GetString()!,
            role.GetProperty("name").GetString()!,
            role.GetProperty("id").GetString()!,
            Parse(role.GetProperty("trust").GetString()),
            [.. role.GetProperty("policies").EnumerateArray().Select(policy => Parse(policy.GetString()))],
            boundary,
            // A boundary that does not exist allows nothing.
            boundary is null ? null : Parse(policies.GetValueOrDefault(boundary)),
            Tags(role),
            TimeSpan.FromSeconds(role.GetProperty("maxSession").GetInt32()));
    }

    private static OidcProvider ReadProvider(JsonElement provider) => new(
        provider.GetProperty("arn").GetString()!,
        [.. provider.GetProperty("clientIds").EnumerateArray().Select(id => id.GetString()!)],
        Tags(provider));

    private static Dictionary<string, string> Tags(JsonElement element) =>
        element.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!);

    // moto accepts any text as a trust policy. A text that cannot be parsed trusts no principal.
    private static PolicyDocument Parse(string? text)
    {
        try
        {
            return text is null ? Nothing : PolicyDocument.Parse(text);
        }
        catch (FormatException)
        {
            return Nothing;
        }
    }
}
