using System.Text;
using System.Text.Json.Nodes;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>moto's EventBridge with limits that moto does not check.</summary>
public sealed class EventsService(IAwsService moto) : IAwsService
{
    private const int SizeLimit = 262_144;

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        if (request.Call.Operation != "PutEvents")
            return await moto.HandleAsync(request, cancellationToken);

        var entries = request.Call.Parameters["Entries"]?.AsArray() ?? [];
        if (entries.Sum(Size) > SizeLimit)
            throw new AwsException(400, "ValidationException", "Total size of the entries in the request is over the limit.");

        // Only AWS may use its sources. EventBridge refuses such entries one by one and still answers 200.
        var refused = entries.Where(IsOfAws).ToList();
        if (refused.Count == 0)
            return await moto.HandleAsync(request, cancellationToken);

        var accepted = new Queue<JsonNode?>(await SendAsync(request, [.. entries.Except(refused)], cancellationToken));
        var answers = entries.Select(entry => IsOfAws(entry)
            ? new JsonObject { ["ErrorCode"] = "NotAuthorizedForSourceException", ["ErrorMessage"] = "Not authorized for the source." }
            : accepted.Dequeue()?.DeepClone());
        return GatewayResponse.Json(new JsonObject { ["FailedEntryCount"] = refused.Count, ["Entries"] = new JsonArray([.. answers]) });
    }

    private async Task<JsonArray> SendAsync(GatewayRequest request, JsonNode?[] entries, CancellationToken cancellationToken)
    {
        if (entries.Length == 0)
            return [];

        var body = new JsonObject { ["Entries"] = new JsonArray([.. entries.Select(entry => entry?.DeepClone())]) };
        var response = await moto.HandleAsync(request with { Http = request.Http with { Body = Encoding.UTF8.GetBytes(body.ToJsonString()) } }, cancellationToken);
        return JsonNode.Parse(response.Body.Span)?["Entries"]?.AsArray() ?? [];
    }

    private static bool IsOfAws(JsonNode? entry) =>
        Text(entry, "Source").StartsWith("aws.", StringComparison.Ordinal);

    // "Calculating Amazon EventBridge PutEvents event entry size", EventBridge user guide; Time counts 14 bytes.
    private static int Size(JsonNode? entry) =>
        (entry?["Time"] is null ? 0 : 14)
        + Encoding.UTF8.GetByteCount(Text(entry, "Source")) + Encoding.UTF8.GetByteCount(Text(entry, "DetailType")) + Encoding.UTF8.GetByteCount(Text(entry, "Detail"))
        + (entry?["Resources"]?.AsArray().Sum(resource => Encoding.UTF8.GetByteCount(resource!.GetValue<string>())) ?? 0);

    private static string Text(JsonNode? entry, string name) => entry?[name]?.GetValue<string>() ?? "";
}
