using System.Net;
using System.Text;
using System.Text.Json;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>Renders an error in the protocol of the service.</summary>
public static class ErrorResponses
{
    public static GatewayResponse Render(string service, bool isJsonTarget, AwsException error)
    {
        var requestId = Guid.NewGuid().ToString();
        return service switch
        {
            "eks" or "aps" or "lambda" => Rest(error, requestId),
            "s3" => S3(error, requestId),
            "dynamodb" or "states" or "events" or "logs" or "organizations" => Json(error, requestId),
            "sqs" when isJsonTarget => Json(error, requestId),
            _ => Query(service, error, requestId),
        };
    }

    private static GatewayResponse Rest(AwsException error, string requestId) =>
        GatewayResponse.Json(new { message = error.Message }, error.Status) with
        {
            Headers = new Dictionary<string, string> { ["x-amzn-ErrorType"] = error.Code, ["x-amzn-RequestId"] = requestId },
        };

    // The JSON protocols of AWS answer every client error with 400.
    private static GatewayResponse Json(AwsException error, string requestId) =>
        new(error.Status is 403 ? 400 : error.Status, "application/x-amz-json-1.0", JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["__type"] = $"com.amazon.coral.service#{error.Code}", ["message"] = error.Message }))
        {
            Headers = new Dictionary<string, string> { ["x-amzn-RequestId"] = requestId },
        };

    private static GatewayResponse Query(string service, AwsException error, string requestId)
    {
        var ns = service == "iam" ? "https://iam.amazonaws.com/doc/2010-05-08/" : "https://sts.amazonaws.com/doc/2011-06-15/";
        return GatewayResponse.Xml(
            $"""
            <ErrorResponse xmlns="{ns}"><Error><Type>{(error.Status < 500 ? "Sender" : "Receiver")}</Type><Code>{error.QueryCode}</Code><Message>{WebUtility.HtmlEncode(error.Message)}</Message></Error><RequestId>{requestId}</RequestId></ErrorResponse>
            """, error.Status) with
        {
            Headers = new Dictionary<string, string> { ["x-amzn-RequestId"] = requestId },
        };
    }

    private static GatewayResponse S3(AwsException error, string requestId) => new(
        error.Status, "application/xml", Encoding.UTF8.GetBytes(
            $"<Error><Code>{error.QueryCode}</Code><Message>{WebUtility.HtmlEncode(error.Message)}</Message><RequestId>{requestId}</RequestId></Error>"));
}
