using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Benchmarks;

/// <summary>
/// The three answers that every contestant waits for, from memory: the benchmark compares their start, not the speed of AWS.
/// Shapes as botocore's models of STS 2011-06-15, EKS 2017-11-01 and DynamoDB 2012-08-10.
/// </summary>
internal static class AwsAnswers
{
    private const string Credentials =
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>ASIABENCHMARK0000000</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:peer</AssumedRoleId>
        <Arn>arn:aws:sts::222222222222:assumed-role/CentralAmpMember/peer</Arn></AssumedRoleUser></AssumeRoleResult>
        <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>
        """;

    private const string Cluster =
        """
        {"cluster":{"name":"benchmark","arn":"arn:aws:eks:us-east-1:222222222222:cluster/benchmark","createdAt":1700000000.0,
        "version":"1.33","status":"CREATING","tags":{},"accessConfig":{"authenticationMode":"API"}}}
        """;

    /// <summary>The page of the registry that ListRegistered reads: 200 items, as many as a page has at most.</summary>
    private static readonly string Page = new JsonObject
    {
        ["Count"] = 200,
        ["Items"] = new JsonArray([.. Enumerable.Range(0, 200).Select(Item)]),
    }.ToJsonString();

    public static Task AnswerAsync(HttpContext context)
    {
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        var (type, body) = (context.Request.Method, context.Request.Path.Value) switch
        {
            ("POST", "/") when target == "DynamoDB_20120810.UpdateItem" => ("application/x-amz-json-1.0", "{}"),
            ("POST", "/") when target == "DynamoDB_20120810.Scan" => ("application/x-amz-json-1.0", Page),
            // Nothing is registered yet.
            ("POST", "/") when target == "DynamoDB_20120810.Query" => ("application/x-amz-json-1.0", """{"Count":0,"Items":[]}"""),
            ("POST", "/") when target == "DynamoDB_20120810.GetItem" => ("application/x-amz-json-1.0", "{}"),
            ("POST", "/") when target.Length == 0 => ("text/xml", Credentials),
            ("GET", "/clusters/benchmark") => ("application/json", Cluster),
            _ => ("", ""),
        };
        if (body.Length == 0)
        {
            // A contestant that makes another call does other work, and its figure would not be comparable.
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
            return context.Response.WriteAsync($"the benchmark does not answer {context.Request.Method} {context.Request.Path} {target}");
        }

        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    private static JsonNode Item(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cluster-{number}");
        return new JsonObject
        {
            ["clusterArn"] = Text($"arn:aws:eks:us-east-1:222222222222:cluster/{name}"),
            ["createdAt"] = new JsonObject { ["N"] = "1700000000000" },
            ["schemaVersion"] = new JsonObject { ["N"] = "2" },
            ["state"] = Text("Verified"),
            ["sentence"] = Text("1,234 series of this cluster, scraped after the delivery, are in the workspace; all 17 jobs are complete and single."),
            ["issuer"] = Text($"https://oidc.eks.us-east-1.amazonaws.com/id/{name}"),
            ["workspaceArn"] = Text("arn:aws:aps:us-east-1:111111111111:workspace/ws-benchmark"),
            ["trustMode"] = Text("direct"),
            ["delivery"] = Text("prometheus"),
            ["roleArn"] = Text($"arn:aws:iam::111111111111:role/central-amp/central-amp-{name}-0123abcd"),
            ["verifiedAt"] = new JsonObject { ["N"] = "1700000100000" },
            ["updatedAt"] = new JsonObject { ["N"] = "1700000100000" },
            ["executionId"] = Text($"arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:{name}"),
            ["sweepId"] = Text("sweep-before"),
        };
    }

    private static JsonObject Text(string value) => new() { ["S"] = value };
}
