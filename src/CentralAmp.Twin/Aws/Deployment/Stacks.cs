using System.Text.Json;

namespace CentralAmp.Twin.Aws.Deployment;

/// <summary>A stack as it stands in an account and region, whoever made it: a person, a StackSet, or another stack.</summary>
/// <param name="Resources">Logical names of its template.</param>
public sealed record DeployedPlace(
    string AccountId, string Region, string Name, IReadOnlyList<string> Resources, IReadOnlyDictionary<string, string> Outputs)
{
    /// <summary>Whether it is one of src/MemberAccount/template.yaml.</summary>
    public bool IsMembers => Resources.Contains("MemberRole");

    internal static DeployedPlace Read(JsonElement stack) => new(
        stack.GetProperty("account").GetString()!,
        stack.GetProperty("region").GetString()!,
        stack.GetProperty("name").GetString()!,
        [.. stack.GetProperty("resources").EnumerateArray().Select(name => name.GetString()!)],
        stack.GetProperty("outputs").EnumerateObject().ToDictionary(output => output.Name, output => output.Value.ToString()));
}
