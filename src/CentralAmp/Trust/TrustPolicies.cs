using System.Text.Json.Nodes;
using CentralAmp.Delivery;

namespace CentralAmp.Trust;

/// <summary>The two policy documents of direct trust; reviewed in the golden files of the tests.</summary>
public static class TrustPolicies
{
    /// <param name="issuerName">Issuer without its scheme: the prefix of its condition keys.</param>
    public static string Trust(string providerArn, string issuerName, string subject) => Document(new JsonObject
    {
        ["Sid"] = "OnlyTheServiceAccountOfTheCollector",
        ["Effect"] = "Allow",
        ["Principal"] = new JsonObject { ["Federated"] = providerArn },
        ["Action"] = "sts:AssumeRoleWithWebIdentity",
        ["Condition"] = new JsonObject
        {
            ["StringEquals"] = new JsonObject { [$"{issuerName}:aud"] = DesiredTrust.Audience, [$"{issuerName}:sub"] = subject },
        },
    });

    public static string Ingest(string workspaceArn) => Document(new JsonObject
    {
        ["Sid"] = "WriteToTheOneWorkspaceAndNothingElse",
        ["Effect"] = "Allow",
        ["Action"] = "aps:RemoteWrite",
        ["Resource"] = workspaceArn,
    });

    private static string Document(JsonObject statement) =>
        JsonMeaning.Print(new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray(statement) });
}
