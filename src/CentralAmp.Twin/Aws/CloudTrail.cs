using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Eks;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Moto;

namespace CentralAmp.Twin.Aws;

/// <summary>How CloudTrail and EventBridge deliver an event; by default once and soon.</summary>
public sealed record CloudTrailBehaviour
{
    /// <summary>Number of deliveries: 0 loses the event, 2 delivers it twice.</summary>
    public int Deliveries { get; init; } = 1;

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>A changing call to EKS as CloudTrail records it, whether or not its event was delivered.</summary>
/// <param name="Detail">Detail of the event "AWS API Call via CloudTrail".</param>
public sealed record TrailEvent(string ClusterArn, string Name, string AccountId, string Region, DateTimeOffset Time, JsonObject Detail);

/// <summary>Puts changing calls to EKS on the default bus of their account and region, as events "AWS API Call via CloudTrail".</summary>
public sealed class CloudTrail(MotoServer moto, TimeProvider time) : IEksEvents
{
    private readonly ConcurrentDictionary<(string ClusterArn, string Name), CloudTrailBehaviour> planned = new();
    private readonly ConcurrentQueue<TrailEvent> history = new();

    /// <summary>All recorded calls, in order.</summary>
    public IReadOnlyList<TrailEvent> History => [.. history];

    /// <summary>Sets how events of this name for a cluster are delivered from now on.</summary>
    public void Plan(string clusterArn, string eventName, CloudTrailBehaviour behaviour) => planned[(clusterArn, eventName)] = behaviour;

    public void Changed(GatewayRequest request, string clusterArn, JsonObject? answer)
    {
        var call = request.Call;
        var detail = Detail(call, request.Caller.Arn, request.Http.Header("User-Agent") ?? "", answer, time.GetUtcNow());
        var recorded = new TrailEvent(clusterArn, call.Operation!, call.AccountId, call.Region, time.GetUtcNow(), detail);
        history.Enqueue(recorded);
        _ = DeliverAsync(recorded, planned.GetValueOrDefault((clusterArn, recorded.Name)) ?? new CloudTrailBehaviour());
    }

    /// <summary>Delivers an event again. Its time stays the time of the call.</summary>
    public Task DeliverAsync(TrailEvent recorded, CancellationToken cancellationToken) =>
        PutAsync(recorded.AccountId, recorded.Region, recorded.Detail, recorded.Time, cancellationToken);

    /// <summary>Puts an event with any detail on the default bus of an account and region, as AWS does.</summary>
    public async Task PutAsync(string accountId, string region, JsonObject detail, DateTimeOffset at, CancellationToken cancellationToken) =>
        await moto.CallAsync("events", "AWSEvents.PutEvents", accountId, region, new
        {
            Entries = new[]
            {
                new { Source = "aws.eks", DetailType = "AWS API Call via CloudTrail", Detail = detail.ToJsonString(), Time = at.ToUnixTimeSeconds() },
            },
        }, cancellationToken);

    /// <summary>The detail of an event (reference/aws.md, section 3).</summary>
    public static JsonObject Detail(ApiCall call, string callerArn, string userAgent, JsonObject? answer, DateTimeOffset now) => new()
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
        ["eventName"] = call.Operation,
        ["awsRegion"] = call.Region,
        ["sourceIPAddress"] = "127.0.0.1",
        ["userAgent"] = userAgent,
        ["requestParameters"] = Parameters(call),
        ["responseElements"] = answer?.DeepClone(),
        ["requestID"] = Guid.NewGuid().ToString(),
        ["eventID"] = Guid.NewGuid().ToString(),
        ["readOnly"] = false,
        ["eventType"] = "AwsApiCall",
        ["managementEvent"] = true,
        ["recipientAccountId"] = call.AccountId,
        ["eventCategory"] = "Management",
    };

    // AWS does not document whether CloudTrail records a path label encoded or decoded, so the twin encodes it for UntagResource only.
    private static JsonNode Parameters(ApiCall call)
    {
        var parameters = call.Parameters.DeepClone();
        if (call.Operation == "UntagResource")
            parameters["resourceArn"] = Uri.EscapeDataString(call.Required("resourceArn"));
        return parameters;
    }

    private async Task DeliverAsync(TrailEvent recorded, CloudTrailBehaviour behaviour)
    {
        if (behaviour.Deliveries == 0)
            return;
        await Task.Delay(behaviour.Delay, time);
        for (var i = 0; i < behaviour.Deliveries; i++)
            await DeliverAsync(recorded, CancellationToken.None);
    }
}
