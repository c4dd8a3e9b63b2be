using Amazon.DynamoDBv2.Model;

namespace CentralAmp.Registry;

/// <summary>The claim's attributes in DynamoDB, and the conditions of writes that only its holder may make. Every condition needs <c>:me</c>.</summary>
internal static class ClaimFormat
{
    public const string Number = "claim";
    public const string Holder = "claimHolder";

    /// <summary>An item that no version with claims has touched has no claim: executions that began before a deployment go on.</summary>
    public const string Unclaimed = "attribute_not_exists(claim)";

    public const string IsHeld = "claimHolder = :me";

    /// <summary>The write of an outcome may be repeated after it has released the claim.</summary>
    public const string IsHeldOrReleased = "claimHolder = :me OR (attribute_not_exists(claimHolder) AND executionId = :me)";

    public const string Take = "SET claim = :next, claimHolder = :me, schemaVersion = if_not_exists(schemaVersion, :schemaVersion)";

    /// <summary>Nobody has taken the claim since it was read.</summary>
    public static string IsAsRead(ClusterClaim seen, Dictionary<string, AttributeValue> values)
    {
        if (seen.Number == 0)
        {
            return Unclaimed;
        }

        values[":seen"] = ItemTable.Of(seen.Number);
        return "claim = :seen";
    }
}
