using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Moto;

namespace CentralAmp.Twin.Aws;

/// <summary>How CloudTrail and EventBridge behave: once and soon, or as they may.</summary>
public sealed record CloudTrailBehaviour
{
    /// <summary>0 loses the event; 2 delivers it twice.</summary>
    public int Deliveries { get; init; } = 1;

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>Puts what happens in EKS on the account's default bus, in the shape of "AWS API Call via CloudTrail".</summary>
public sealed class CloudTrail(MotoServer moto, TimeProvider time) : IEksEvents
{
    public CloudTrailBehaviour Behaviour { get; set; } = new();

    public void ClusterCreated(GatewayRequest request, JsonObject cluster) => _ = DeliverAsync(request, cluster);

    /// <summary>Puts an event on the default bus of an account as AWS itself would.</summary>
    public async Task PutAsync(string accountId, JsonObject detail, CancellationToken cancellationToken) =>
        await moto.CallAsync("events", "AWSEvents.PutEvents", accountId, new
        {
            Entries = new[]
            {
                new { Source = "aws.eks", DetailType = "AWS API Call via CloudTrail", Detail = detail.ToJsonString(), Time = time.GetUtcNow().ToUnixTimeSeconds() },
            },
        }, cancellationToken);

    /// <summary>The detail of a CreateCluster event (reference/aws.md, section 3).</summary>
    public static JsonObject CreateClusterDetail(ApiCall call, string callerArn, string userAgent, JsonObject cluster, DateTimeOffset now) => new()
    {
        ["eventVersion"] = "1.11",
        ["userIdentity"] = new JsonObject
        {
            ["type"] = callerArn.Contains(":assumed-role/", StringComparison.Ordinal) ? "AssumedRole" : "IAMUser",
            ["arn"] = callerArn,
            ["accountId"] = call.AccountId,
        },
        ["eventTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["eventSource"] = "eks.amazonaws.com",
        ["eventName"] = "CreateCluster",
        ["awsRegion"] = call.Region,
        ["sourceIPAddress"] = "127.0.0.1",
        ["userAgent"] = userAgent,
        ["requestParameters"] = call.Parameters.DeepClone(),
        ["responseElements"] = new JsonObject { ["cluster"] = cluster.DeepClone() },
        ["requestID"] = Guid.NewGuid().ToString(),
        ["eventID"] = Guid.NewGuid().ToString(),
        ["readOnly"] = false,
        ["eventType"] = "AwsApiCall",
        ["managementEvent"] = true,
        ["recipientAccountId"] = call.AccountId,
        ["eventCategory"] = "Management",
    };

    private async Task DeliverAsync(GatewayRequest request, JsonObject cluster)
    {
        var behaviour = Behaviour;
        var detail = CreateClusterDetail(request.Call, request.Caller.Arn, request.Http.Header("User-Agent") ?? "", cluster, time.GetUtcNow());
        await Task.Delay(behaviour.Delay, time);
        for (var i = 0; i < behaviour.Deliveries; i++)
            await PutAsync(request.Call.AccountId, detail, CancellationToken.None);
    }
}
