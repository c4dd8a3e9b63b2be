using System.Text.Json.Nodes;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Changes one condition of the ingest role's trust policy when CentralAmp creates the role.</summary>
/// <param name="key">End of the condition key: <c>:sub</c> or <c>:aud</c>.</param>
public sealed class TrustTampering(string key, string value) : ITampering
{
    public Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken)
    {
        world.ChangeIamRequests("CreateRole", "AssumeRolePolicyDocument", clusterName, ChangeTrust);
        return Task.CompletedTask;
    }

    private string ChangeTrust(string document)
    {
        var trust = JsonNode.Parse(document)!;
        foreach (var condition in trust["Statement"]!.AsArray().Select(statement => statement!["Condition"]!["StringEquals"]!.AsObject()))
            condition[condition.Single(pair => pair.Key.EndsWith(key, StringComparison.Ordinal)).Key] = value;
        return trust.ToJsonString();
    }
}
