using System.Text.Json.Nodes;
using CentralAmp.Clusters;

namespace CentralAmp.Trust;

/// <summary>The policy documents of both trust modes; reviewed in the golden files of the tests.</summary>
public static class TrustPolicies
{
    /// <param name="issuerName">Issuer without its scheme: the prefix of its condition keys.</param>
    /// <param name="replaced">Service accounts of earlier deliveries, as long as they send: if the replacement fails, they must be able to continue.</param>
    public static string Trust(string providerArn, string issuerName, string subject, params IReadOnlyList<string> replaced) => Document(new JsonObject
    {
        ["Sid"] = "OnlyTheServiceAccountOfTheCollector",
        ["Effect"] = "Allow",
        ["Principal"] = new JsonObject { ["Federated"] = providerArn },
        ["Action"] = "sts:AssumeRoleWithWebIdentity",
        ["Condition"] = new JsonObject
        {
            ["StringEquals"] = new JsonObject { [$"{issuerName}:aud"] = DesiredTrust.Audience, [$"{issuerName}:sub"] = Subjects([subject, .. replaced]) },
        },
    });

    /// <summary>
    /// The member's root with a condition: valid before the collector role has propagated, and it survives that role's recreation,
    /// while IAM would turn a role as principal into the id of the deleted role. Where there is an organization, the account must still be in it.
    /// </summary>
    /// <param name="organizationId">Empty without an organization.</param>
    public static string TrustOfCollector(ClusterReference cluster, string collectorRoleArn, string organizationId) => Document(new JsonObject
    {
        ["Sid"] = "OnlyTheCollectorRoleOfTheCluster",
        ["Effect"] = "Allow",
        ["Principal"] = new JsonObject { ["AWS"] = $"arn:{cluster.Partition}:iam::{cluster.AccountId}:root" },
        ["Action"] = "sts:AssumeRole",
        ["Condition"] = OfCollector(collectorRoleArn, organizationId),
    });

    public static string AssumeIngest(string ingestRoleArn) => Document(new JsonObject
    {
        ["Sid"] = "AssumeTheOneIngestRoleAndNothingElse",
        ["Effect"] = "Allow",
        ["Action"] = "sts:AssumeRole",
        ["Resource"] = ingestRoleArn,
    });

    public static string Ingest(string workspaceArn) => Document(new JsonObject
    {
        ["Sid"] = "WriteToTheOneWorkspaceAndNothingElse",
        ["Effect"] = "Allow",
        ["Action"] = "aps:RemoteWrite",
        ["Resource"] = workspaceArn,
    });

    /// <summary>Cuts a cluster: an explicit Deny overrides every Allow, also one of another owner.</summary>
    public static readonly string Denial = Document(new JsonObject
    {
        ["Sid"] = "TheClusterMayNotWrite",
        ["Effect"] = "Deny",
        ["Action"] = "aps:RemoteWrite",
        ["Resource"] = "*",
    });

    /// <summary>While a cluster moves from one workspace to another.</summary>
    public static string Ingest(string workspaceArn, string previousWorkspaceArn) => Document(new JsonObject
    {
        ["Sid"] = "WriteToTheNewWorkspaceAndToTheOldOneUntilThatIsVerified",
        ["Effect"] = "Allow",
        ["Action"] = "aps:RemoteWrite",
        ["Resource"] = new JsonArray(workspaceArn, previousWorkspaceArn),
    });

    private static JsonObject OfCollector(string collectorRoleArn, string organizationId)
    {
        var conditions = new JsonObject { ["ArnEquals"] = new JsonObject { ["aws:PrincipalArn"] = collectorRoleArn } };
        if (organizationId.Length > 0)
        {
            conditions["StringEquals"] = new JsonObject { ["aws:PrincipalOrgID"] = organizationId };
        }

        return conditions;
    }

    private static JsonNode Subjects(string[] subjects) => subjects.Distinct().ToArray() is [var only]
        ? JsonValue.Create(only)
        : new JsonArray([.. subjects.Distinct().Select(subject => (JsonNode)JsonValue.Create(subject))]);

    private static string Document(JsonObject statement) =>
        JsonText.Print(new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = new JsonArray(statement) });
}
