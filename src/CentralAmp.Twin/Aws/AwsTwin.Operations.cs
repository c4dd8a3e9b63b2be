using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Lambda;

namespace CentralAmp.Twin.Aws;

/// <summary>The state machines of the hub.</summary>
public enum Machine
{
    Onboard,
    Offboard,
    Sweep,
}

/// <summary>One execution of a state machine.</summary>
/// <param name="Output">JSON output of a succeeded execution.</param>
/// <param name="Events">Number of events in its history so far.</param>
public sealed record TwinExecution(
    string Arn, string Name, string Status, DateTimeOffset StartedAt, DateTimeOffset? StoppedAt, string? Input, string? Output, string? Error, string? Cause, int Events)
{
    public bool IsRunning => Status == "RUNNING";
}

/// <summary>One event of an execution's history.</summary>
/// <param name="StateName">Only for StateEntered and StateExited events.</param>
/// <param name="Details">The event as GetExecutionHistory gives it.</param>
public sealed record TwinHistoryEvent(long Id, DateTimeOffset Time, string Type, string? StateName, JsonElement Details);

/// <summary>Operations of the program and the tests on the twin's AWS. Changes are signed calls; reads of the twin's state are not.</summary>
public sealed partial class AwsTwin
{
    /// <summary>Creates a cluster as the operator of the account. CloudTrail records the call.</summary>
    /// <returns>The ARN of the cluster.</returns>
    public async Task<string> CreateClusterAsync(
        string accountId, string region, string name, IReadOnlyDictionary<string, string> tags, ClusterBehaviour behaviour, CancellationToken cancellationToken)
    {
        var arn = $"arn:aws:eks:{region}:{accountId}:cluster/{name}";
        Eks.Plan(arn, behaviour);
        var body = new JsonObject
        {
            ["name"] = name,
            ["roleArn"] = $"arn:aws:iam::{accountId}:role/eks-cluster",
            ["resourcesVpcConfig"] = new JsonObject
            {
                ["subnetIds"] = new JsonArray("subnet-0a", "subnet-0b"),
                ["endpointPublicAccess"] = behaviour.Endpoint == EndpointKind.Answers,
                ["endpointPrivateAccess"] = behaviour.Endpoint != EndpointKind.Answers,
            },
            ["accessConfig"] = new JsonObject { ["authenticationMode"] = behaviour.AuthenticationMode },
            ["tags"] = new JsonObject(tags.Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value))),
        };
        await SendAsOperatorAsync(accountId, region, "eks", HttpMethod.Post, "/clusters", body, cancellationToken);
        return arn;
    }

    /// <summary>Deletes a cluster as the operator of its account.</summary>
    public async Task DeleteClusterAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var arn = Arn.TryParse(clusterArn) ?? throw new ArgumentException("not an ARN", nameof(clusterArn));
        await SendAsOperatorAsync(arn.AccountId, arn.Region, "eks", HttpMethod.Delete, $"/clusters/{arn.ResourceName}", null, cancellationToken);
    }

    /// <summary>Sets and removes tags of a cluster as the operator of its account; a null value removes the tag.</summary>
    public async Task TagClusterAsync(string clusterArn, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken)
    {
        var (arn, path) = (Arn.TryParse(clusterArn)!, $"/tags/{Uri.EscapeDataString(clusterArn)}");
        var set = tags.Where(tag => tag.Value is not null).Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value)).ToList();
        if (set.Count > 0)
            await SendAsOperatorAsync(arn.AccountId, arn.Region, "eks", HttpMethod.Post, path, new JsonObject { ["tags"] = new JsonObject(set) }, cancellationToken);
        foreach (var name in tags.Where(tag => tag.Value is null).Select(tag => tag.Key))
            await SendAsOperatorAsync(arn.AccountId, arn.Region, "eks", HttpMethod.Delete, $"{path}?tagKeys={Uri.EscapeDataString(name)}", null, cancellationToken);
    }

    /// <summary>Creates an access entry for a role of the same account, as the operator.</summary>
    public Task CreateAccessEntryAsync(string clusterArn, string principalArn, CancellationToken cancellationToken)
    {
        var arn = Arn.TryParse(clusterArn)!;
        return SendAsOperatorAsync(
            arn.AccountId, arn.Region, "eks", HttpMethod.Post, $"/clusters/{arn.ResourceName}/access-entries", new JsonObject { ["principalArn"] = principalArn }, cancellationToken);
    }

    /// <summary>Delivers the newest event of this name for a cluster again, also for a deleted cluster.</summary>
    public Task RepeatEventAsync(string clusterArn, string eventName, CancellationToken cancellationToken) =>
        CloudTrail.DeliverAsync(CloudTrail.History.Last(happened => happened.ClusterArn == clusterArn && happened.Name == eventName), cancellationToken);

    /// <summary>Puts an EKS event of CloudTrail with any detail on the default bus of an account.</summary>
    public Task PutCloudTrailEventAsync(string accountId, JsonObject detail, CancellationToken cancellationToken) =>
        CloudTrail.PutAsync(accountId, TwinAccounts.HomeRegion, detail, time.GetUtcNow(), cancellationToken);

    /// <exception cref="InvalidOperationException">The deployed template has no such state machine.</exception>
    public string ArnOf(Machine machine)
    {
        var output = machine switch
        {
            Machine.Onboard => "StateMachineArn",
            Machine.Offboard => "OffboardStateMachineArn",
            _ => "SweepStateMachineArn",
        };
        return HubOutputs.GetValueOrDefault(output) ?? throw new InvalidOperationException($"the hub's template has no output {output}");
    }

    /// <summary>Starts the onboarding workflow with manual input.</summary>
    /// <param name="input">JSON.</param>
    /// <returns>The ARN of the execution.</returns>
    public Task<string> StartExecutionAsync(string input, CancellationToken cancellationToken) => StartExecutionAsync(Machine.Onboard, input, cancellationToken);

    /// <summary>Starts a state machine with manual input.</summary>
    /// <param name="input">JSON.</param>
    /// <returns>The ARN of the execution.</returns>
    public async Task<string> StartExecutionAsync(Machine machine, string input, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(input) > 262_144)
            throw new AwsException(400, "ValidationException", "input is longer than 262,144 bytes");
        var answer = await moto.CallAsync("states", "AWSStepFunctions.StartExecution", TwinAccounts.Hub, new { stateMachineArn = ArnOf(machine), input, name = Guid.NewGuid().ToString() }, cancellationToken);
        return answer.GetProperty("executionArn").GetString()!;
    }

    /// <summary>Stops an execution in its current state, as an operator does.</summary>
    public Task StopExecutionAsync(string executionArn, CancellationToken cancellationToken) =>
        moto.CallAsync("states", "AWSStepFunctions.StopExecution", TwinAccounts.Hub, new { executionArn }, cancellationToken);

    /// <summary>Starts a state machine as EventBridge Scheduler does when its schedule is due, with the schedule's role.</summary>
    /// <returns>The ARN of the execution.</returns>
    /// <exception cref="AwsException">The schedule's role does not trust the scheduler, or the role may not start the state machine.</exception>
    public async Task<string> RunScheduleAsync(Machine machine, CancellationToken cancellationToken)
    {
        var schedule = (await moto.ReadSchedulesAsync(cancellationToken)).Single(schedule => schedule.TargetArn == ArnOf(machine));
        var key = sts.AssumeAsService("scheduler.amazonaws.com", schedule.RoleArn, schedule.Arn);
        var answer = await SendAsync(key, TwinAccounts.HomeRegion, "states", HttpMethod.Post, "/", new JsonObject
        {
            ["stateMachineArn"] = schedule.TargetArn,
            ["input"] = schedule.Input,
            ["name"] = Guid.NewGuid().ToString(),
        }, cancellationToken, "AWSStepFunctions.StartExecution");
        return (string)answer!["executionArn"]!;
    }

    /// <summary>All executions of the onboarding workflow, in the order in which they started.</summary>
    public Task<IReadOnlyList<TwinExecution>> ExecutionsAsync(CancellationToken cancellationToken) => ExecutionsAsync(Machine.Onboard, cancellationToken);

    /// <summary>All executions of a state machine, in the order in which they started.</summary>
    public async Task<IReadOnlyList<TwinExecution>> ExecutionsAsync(Machine machine, CancellationToken cancellationToken)
    {
        var executions = await moto.ReadExecutionsAsync(ArnOf(machine), cancellationToken);
        return [.. executions.EnumerateArray().Select(Execution).OrderBy(execution => execution.StartedAt)];
    }

    public async Task<TwinExecution> ExecutionAsync(string executionArn, CancellationToken cancellationToken) =>
        Execution(await moto.ReadExecutionAsync(executionArn, cancellationToken));

    /// <summary>The execution's history so far.</summary>
    public async Task<IReadOnlyList<TwinHistoryEvent>> HistoryAsync(string executionArn, CancellationToken cancellationToken)
    {
        var events = await moto.ReadHistoryAsync(executionArn, cancellationToken);
        return [.. events.EnumerateArray().Select(entry => new TwinHistoryEvent(
            entry.GetProperty("id").GetInt64(), Time(entry, "timestamp")!.Value, Text(entry, "type")!, StateName(entry), entry.Clone()))];
    }

    /// <summary>Items of a DynamoDB table of the hub, in DynamoDB's JSON.</summary>
    public async Task<IReadOnlyList<JsonElement>> ScanAsync(string table, CancellationToken cancellationToken)
    {
        var answer = await moto.CallAsync("dynamodb", "DynamoDB_20120810.Scan", TwinAccounts.Hub, new { TableName = table }, cancellationToken);
        return [.. answer.GetProperty("Items").EnumerateArray().Select(item => item.Clone())];
    }

    /// <summary>Deletes an item of a DynamoDB table of the hub, as its operator.</summary>
    /// <param name="key">In DynamoDB's JSON.</param>
    public Task DeleteItemAsync(string table, JsonObject key, CancellationToken cancellationToken) => SendAsync(
        Operators[TwinAccounts.Hub], TwinAccounts.HomeRegion, "dynamodb", HttpMethod.Post, "/", new JsonObject { ["TableName"] = table, ["Key"] = key }, cancellationToken,
        "DynamoDB_20120810.DeleteItem");

    /// <summary>The role of a function.</summary>
    /// <param name="name">Its logical id in template.yaml.</param>
    internal IamRole FunctionRole(string name) => Iam.Newest(TwinAccounts.Hub).Roles.Values.Single(role => role.Name.Contains($"-{name}Role-", StringComparison.Ordinal));

    /// <summary>Credentials of a function's role, as Lambda gives them to its code.</summary>
    /// <param name="name">Its logical id in template.yaml.</param>
    internal async Task<AccessKey> CredentialsOfFunctionAsync(string name, CancellationToken cancellationToken)
    {
        var role = FunctionRole(name);
        var functions = await moto.GetAsync("lambda", "/2015-03-31/functions/?MaxItems=200", TwinAccounts.Hub, TwinAccounts.HomeRegion, cancellationToken);
        var function = functions!.Value.GetProperty("Functions").EnumerateArray().Select(LambdaFunction.Read).Single(function => function.RoleArn == role.Arn);
        return sts.AssumeAsService("lambda.amazonaws.com", role.Arn, function.Arn);
    }

    /// <summary>
    /// Calls of IAM by an account's administrator, by the hundred: past the gateway, which reads the whole account again after each.
    /// </summary>
    /// <param name="calls">Parameters of the query protocol, with <c>Action</c>.</param>
    internal async Task CallIamAsync(string accountId, IEnumerable<IReadOnlyDictionary<string, string>> calls, CancellationToken cancellationToken)
    {
        foreach (var call in calls)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new FormUrlEncodedContent(call.Append(KeyValuePair.Create("Version", "2010-05-08"))) };
            using var response = await moto.SendAsync(request, "iam", accountId, TwinAccounts.HomeRegion, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new AwsException((int)response.StatusCode, "ServiceFailure", await response.Content.ReadAsStringAsync(cancellationToken));
        }

        await Iam.RefreshAsync(accountId, atOnce: true, cancellationToken);
    }

    private Task<JsonNode?> SendAsOperatorAsync(
        string accountId, string region, string service, HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken) =>
        SendAsync(Operators[accountId], region, service, method, path, body, cancellationToken);

    /// <summary>A signed call of anybody who has an access key, through the gateway.</summary>
    /// <exception cref="AwsException">The service refused it.</exception>
    internal async Task<JsonNode?> SendAsync(
        AccessKey key, string region, string service, HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken, string? target = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Endpoint, path));
        var content = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        if (body is not null)
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(target is null ? "application/json" : "application/x-amz-json-1.0");
        }

        if (target is not null)
            request.Headers.Add("X-Amz-Target", target);
        if (key.Token is not null)
            request.Headers.Add("X-Amz-Security-Token", key.Token);
        Signing.RequestSigner.Sign(request, content, key, region, service, time.GetUtcNow());
        using var response = await Http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.IsSuccessStatusCode)
            return text.Length == 0 ? null : JsonNode.Parse(text);

        throw new AwsException((int)response.StatusCode, ErrorCode(response, text), text);
    }

    // The JSON protocols have the code in the body, the REST protocols in a header.
    private static string ErrorCode(HttpResponseMessage response, string text) => response.Headers.TryGetValues("x-amzn-ErrorType", out var values)
        ? values.First()
        : text.StartsWith('{') && (string?)JsonNode.Parse(text)?["__type"] is { } type ? type[(type.IndexOf('#', StringComparison.Ordinal) + 1)..] : "Unknown";

    private static HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    private static TwinExecution Execution(JsonElement item) => new(
        Text(item, "arn")!, Text(item, "name")!, Text(item, "status")!, Time(item, "startDate")!.Value, Time(item, "stopDate"),
        Text(item, "input"), Text(item, "output"), Text(item, "error"), Text(item, "cause"), item.GetProperty("events").GetInt32());

    private static string? StateName(JsonElement entry) =>
        Text(entry, "stateEnteredEventDetails", "name") ?? Text(entry, "stateExitedEventDetails", "name");

    private static string? Text(JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.Null ? null : element.ToString();
    }

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Text(element, name) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
}
