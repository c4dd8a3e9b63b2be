using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Lambda;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>One hub and one member, as deployed by default.</summary>
public sealed class DeployedTwinFixture : IAsyncLifetime
{
    private DeployedAws? aws;

    public AwsTwin Twin => aws!.Twin;

    public CallLog Calls => aws!.Calls;

    public async ValueTask InitializeAsync() =>
        aws = await DeployedAws.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (aws is not null)
            await aws.DisposeAsync();
    }
}

/// <summary>Tests up to the calls to the cluster's Kubernetes API, which does not exist here.</summary>
public sealed class DeployedTwinTests(DeployedTwinFixture fixture) : IClassFixture<DeployedTwinFixture>
{
    private readonly AwsTwin twin = fixture.Twin;
    private readonly CallLog calls = fixture.Calls;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_of_the_member_starts_onboarding_in_the_hub_and_its_functions_run_with_their_own_roles()
    {
        var cluster = await twin.CreateClusterAsync(TwinAccounts.Member, "us-east-1", "first", new Dictionary<string, string>(), new ClusterBehaviour(), Cancellation);
        var execution = await EndedAsync(await ExecutionOfAsync(cluster));
        var history = await twin.HistoryAsync(execution.Arn, Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(Describe(execution, history));

        using var input = JsonDocument.Parse(execution.Input!);
        Assert.Equal((TwinAccounts.Member, "aws.eks"), (input.RootElement.GetProperty("account").GetString(), input.RootElement.GetProperty("source").GetString()));
        Assert.Equal(cluster, input.RootElement.GetProperty("detail").GetProperty("responseElements").GetProperty("cluster").GetProperty("arn").GetString());
        Assert.Equal("FAILED", execution.Status);
        Assert.Equal("EndpointRefused", execution.Error);

        Assert.Contains(calls.All, call => call is { Action: "PutEvents", Decision: "Allow" } && call.Caller.Contains("ForwardingRole", StringComparison.Ordinal));
        Assert.Contains(calls.All, call => call is { Action: "StartExecution", Decision: "Allow" } && call.Caller.Contains("RuleRole", StringComparison.Ordinal));
        Assert.Contains(calls.All, call => call is { Action: "Invoke", Decision: "Allow" } && call.Caller.Contains("OnboardClusterRole", StringComparison.Ordinal));
        Assert.Contains(calls.All, call => call is { Action: "DescribeCluster", Decision: "Allow" } && call.Caller.Contains(":assumed-role/CentralAmpMember/", StringComparison.Ordinal));
        Assert.Contains(calls.All, call => call is { Service: "events", Action: "PutEvents", Decision: "Allow" } && call.Caller.Contains("OnboardClusterRole", StringComparison.Ordinal));
        Assert.DoesNotContain(calls.All, call => call.Status == 501);
    }

    [Fact]
    public async Task A_function_that_dies_is_a_failure_of_its_state_and_not_of_the_twin()
    {
        var died = false;
        twin.Lambda.Faults = (handler, _, _) => handler == "ResolveCluster" && !died && (died = true) ? LambdaFault.DiesBeforeAnswer : LambdaFault.None;
        var execution = await EndedAsync(await twin.StartExecutionAsync("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/not-there"}""", Cancellation));
        var history = await twin.HistoryAsync(execution.Arn, Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(Describe(execution, history));

        Assert.Contains(history, entry => entry.Details.ToString().Contains("Runtime.ExitError", StringComparison.Ordinal));
        Assert.Equal("ClusterNotFound", execution.Error);
    }

    [Theory]
    [InlineData("DeleteNodegroup", null)]
    [InlineData("TagResource", "arn:aws:eks:us-east-1:222222222222:nodegroup/first/workers/1")]
    public async Task An_event_of_another_kind_is_not_forwarded(string name, string? resourceArn)
    {
        var before = calls.All.Count;
        var detail = new JsonObject { ["eventSource"] = "eks.amazonaws.com", ["eventName"] = name };
        if (resourceArn is not null)
            detail["requestParameters"] = new JsonObject { ["resourceArn"] = resourceArn };
        await twin.PutCloudTrailEventAsync(TwinAccounts.Member, detail, Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);

        Assert.DoesNotContain(calls.All.Skip(before), call => call.Action is "PutEvents" or "StartExecution");
    }

    [Theory]
    [InlineData("EventBusArn", "central-amp", "CentralAmp Outcome")]
    [InlineData("EventBusArn", "central-amp", "AWS API Call via CloudTrail")]
    [InlineData("EventBusArn", "aws.eks", "CentralAmp Outcome")]
    [InlineData("OutcomeEventBusArn", "central-amp", "CentralAmp Outcome")]
    public async Task An_event_that_a_members_administrator_forges_is_refused_by_both_buses(string bus, string source, string detailType)
    {
        var before = calls.All.Count;
        var entry = new JsonObject { ["EventBusName"] = twin.HubOutputs[bus], ["Source"] = source, ["DetailType"] = detailType, ["Detail"] = """{"outcome":"Verified"}""" };
        using var refused = await PutAsync(TwinAccounts.Member, entry);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("AccessDenied", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains(calls.All.Skip(before), call => call is { Service: "events", Action: "PutEvents", Decision: "Deny" });
        // An honest entry beside it does not carry it along.
        using var mixed = await PutAsync(TwinAccounts.Member, new JsonObject { ["EventBusName"] = twin.HubOutputs["EventBusArn"], ["Source"] = "aws.eks", ["DetailType"] = "AWS API Call via CloudTrail", ["Detail"] = "{}" }, entry);
        Assert.Equal(HttpStatusCode.BadRequest, mixed.StatusCode);
    }

    [Fact]
    public async Task The_hub_itself_writes_outcomes_on_their_bus()
    {
        using var put = await PutAsync(TwinAccounts.Hub, new JsonObject { ["EventBusName"] = twin.HubOutputs["OutcomeEventBusArn"], ["Source"] = "central-amp", ["DetailType"] = "CentralAmp Outcome", ["Detail"] = "{}" });
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    private Task<HttpResponseMessage> PutAsync(string account, params JsonObject[] entries) => RawCalls.JsonAsync(
        twin.Endpoint, twin.Operators[account], "events", "AWSEvents.PutEvents", new JsonObject { ["Entries"] = new JsonArray([.. entries.Select(entry => entry.DeepClone())]) }.ToJsonString());

    private async Task<string> ExecutionOfAsync(string cluster)
    {
        while (true)
        {
            if ((await twin.ExecutionsAsync(Cancellation)).FirstOrDefault(execution => execution.Input?.Contains(cluster, StringComparison.Ordinal) == true) is { } execution)
                return execution.Arn;
            await Task.Delay(100, Cancellation);
        }
    }

    private async Task<TwinExecution> EndedAsync(string arn)
    {
        while (true)
        {
            var execution = await twin.ExecutionAsync(arn, Cancellation);
            if (!execution.IsRunning)
                return execution;
            await Task.Delay(200, Cancellation);
        }
    }

    private string Describe(TwinExecution execution, IReadOnlyList<TwinHistoryEvent> history) => string.Join('\n',
        history.Select(entry => $"{entry.Time:HH:mm:ss.fff} {entry.Type} {entry.StateName} {(entry.Type.Contains("Fail", StringComparison.Ordinal) ? entry.Details.ToString() : "")}")
            .Append($"{execution.Status} {execution.Error} {execution.Cause}")
            .Concat(calls.All.Select(call => $"{call.Time:HH:mm:ss.fff} {call.Caller} {call.Service}:{call.Action} {call.Resource} {call.Decision} {call.Status}")));
}
