using System.Text.Json;

namespace CentralAmp.Twin.Aws.Deployment;

/// <summary>A stack in an account and region, created by an operator, by a StackSet, or by another stack.</summary>
/// <param name="Resources">Logical names of the template's resources.</param>
public sealed record StackDescription(
    string AccountId, string Region, string Name, IReadOnlyList<string> Resources, IReadOnlyDictionary<string, string> Outputs)
{
    /// <summary>Whether it is one of src/MemberAccount/template.yaml.</summary>
    public bool IsMembers => Resources.Contains("MemberRole");

    internal static StackDescription Read(JsonElement stack) => new(
        stack.GetProperty("account").GetString()!,
        stack.GetProperty("region").GetString()!,
        stack.GetProperty("name").GetString()!,
        [.. stack.GetProperty("resources").EnumerateArray().Select(name => name.GetString()!)],
        stack.GetProperty("outputs").EnumerateObject().ToDictionary(output => output.Name, output => output.Value.ToString()));
}
