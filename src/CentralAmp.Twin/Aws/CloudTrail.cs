using System.Collections.Concurrent;
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

/// <summary>A changing call to EKS as CloudTrail keeps it, whether or not anybody was told.</summary>
/// <param name="Detail">Of the event "AWS API Call via CloudTrail".</param>
public sealed record TrailEvent(string ClusterArn, string Name, string AccountId, string Region, DateTimeOffset Time, JsonObject Detail);

/// <summary>Puts what happens in EKS on the default bus of its account and region, in the shape of "AWS API Call via CloudTrail".</summary>
public sealed class CloudTrail(MotoServer moto, TimeProvider time) : IEksEvents
{
    private readonly ConcurrentDictionary<(string ClusterArn, string Name), CloudTrailBehaviour> planned = new();
    private readonly ConcurrentQueue<TrailEvent> history = new();

    /// <summary>Everything that happened, in order.</summary>
    public IReadOnlyList<TrailEvent> History => [.. history];

    /// <summary>Says how events of this name about a cluster will be delivered from now on; without it, once.</summary>
    public void Plan(string clusterArn, string eventName, CloudTrailBehaviour behaviour) => planned[(clusterArn, eventName)] = behaviour;

    public void Changed(GatewayRequest request, string clusterArn, JsonObject? answer)
    {
        var call = request.Call;
        var detail = Detail(call, request.Caller.Arn, request.Http.Header("User-Agent") ?? "", answer, time.GetUtcNow());
        var happened = new TrailEvent(clusterArn, call.Operation!, call.AccountId, call.Region, time.GetUtcNow(), detail);
        history.Enqueue(happened);
        _ = DeliverAsync(happened, planned.GetValueOrDefault((clusterArn, happened.Name)) ?? new CloudTrailBehaviour());
    }

    /// <summary>Delivers an event once more, however late: with the time at which it happened.</summary>
    public Task DeliverAsync(TrailEvent happened, CancellationToken cancellationToken) =>
        PutAsync(happened.AccountId, happened.Region, happened.Detail, happened.Time, cancellationToken);

    /// <summary>Puts any detail on the default bus of an account and region as AWS itself would.</summary>
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

    // AWS does not say whether a label of the path is recorded as it was sent or decoded: here it is one or the other.
    private static JsonNode Parameters(ApiCall call)
    {
        var parameters = call.Parameters.DeepClone();
        if (call.Operation == "UntagResource")
            parameters["resourceArn"] = Uri.EscapeDataString(call.Required("resourceArn"));
        return parameters;
    }

    private async Task DeliverAsync(TrailEvent happened, CloudTrailBehaviour behaviour)
    {
        if (behaviour.Deliveries == 0)
            return;
        await Task.Delay(behaviour.Delay, time);
        for (var i = 0; i < behaviour.Deliveries; i++)
            await DeliverAsync(happened, CancellationToken.None);
    }
}
