using System.Text.Json.Nodes;

namespace AwsPackages.Tests.Fidelity;

/// <summary>The generator runs on AWS's models, and the result is compared member by member with official packages that every feed serves.</summary>
public sealed class FidelityTests
{
    /// <summary>They choose the endpoint of an account or a cell, which no service of CentralAmp needs; the generator refuses them.</summary>
    private static readonly string[] EndpointTraits = ["endpointdiscovery", "endpointoperation", "contextParam", "operationContextParams"];

    [Fact]
    public void Of_STS_nothing_is_extra_and_every_missing_member_is_listed_with_its_reason()
    {
        var sts = new FidelityCase("Sts", "AWSSDK.SecurityToken");
        sts.Check(sts.Models(), (_, _) => true);
    }

    /// <summary>STS has neither JSON nor constants, maps and recursive shapes. DynamoDB has, so some of its operations represent the JSON services.</summary>
    [Fact]
    public void Of_DynamoDBs_data_types_nothing_is_extra_and_every_missing_member_is_listed_with_its_reason()
    {
        var dynamo = new FidelityCase("DynamoDB", "AWSSDK.DynamoDBv2");
        var models = dynamo.Models().Select(model => new MemoryText(model.Path, WithoutEndpointTraits(model.GetText().ToString())));
        var rules = new MemoryText("dynamodb.endpoint-rule-set-1.json", """{"parameters":{},"rules":[]}""");
        dynamo.Check(models.Append(rules), (type, generated) => generated.Contains(type.FullName!) && !type.Name.Contains("AmazonDynamoDB", StringComparison.Ordinal));
    }

    private static string WithoutEndpointTraits(string json)
    {
        var root = JsonNode.Parse(json)!;
        Strip(root);
        return root.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is not JsonObject fields)
        {
            return;
        }

        foreach (var trait in EndpointTraits)
        {
            fields.Remove(trait);
        }

        foreach (var (_, value) in fields)
        {
            Strip(value);
        }
    }
}
