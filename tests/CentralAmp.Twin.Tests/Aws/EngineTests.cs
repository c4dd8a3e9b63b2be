using System.Text.Json;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>What a state machine may do by itself: map runs and executions of other machines, in its own role.</summary>
public sealed class EngineTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_map_run_needs_the_permission_to_start_its_own_machine()
    {
        await RoleAsync("maps-without", Clients.Policy("states:DescribeExecution", "*"));
        await RoleAsync("maps-with", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["states:StartExecution","states:DescribeExecution"],"Resource":"*"}]}""");
        await Fixture.SettledAsync();

        Assert.Equal("FAILED", (await RunAsync("maps-without", Map("Pass", ""), "maps-without")).Status);
        var (status, output) = await RunAsync("maps-with", Map("Pass", ""), "maps-with");
        Assert.Equal(("SUCCEEDED", "[1,2,3]"), (status, output?.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Contains(Fixture.Calls.All, call => call is { Service: "states", Action: "StartExecution", Decision: "Deny" } && call.Caller.Contains("/maps-without/", StringComparison.Ordinal));
        Assert.Contains(Fixture.Calls.All, call => call is { Service: "states", Action: "DescribeExecution", Decision: "Allow" } && call.Caller.Contains("/maps-with/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "FAILED")]
    [InlineData("\"ToleratedFailureCount\":2,", "FAILED")]
    [InlineData("\"ToleratedFailureCount\":3,", "SUCCEEDED")]
    [InlineData("\"ToleratedFailurePercentage\":99.5,", "FAILED")]
    public async Task A_map_run_tolerates_what_it_says_and_no_more(string tolerance, string expected)
    {
        var name = $"tolerates-{Guid.NewGuid():N}";
        await RoleAsync(name, Clients.Policy("states:*", "*"));
        await Fixture.SettledAsync();

        Assert.Equal(expected, (await RunAsync(name, Map("Fail", tolerance), name)).Status);
    }

    [Fact]
    public async Task Another_machine_is_started_with_the_permission_for_it_alone()
    {
        await RoleAsync("starts-nothing", null);
        await RoleAsync("starts", Clients.Policy("states:StartExecution", "arn:aws:states:us-east-1:111111111111:stateMachine:started"));
        await Fixture.SettledAsync();
        await CreateAsync("started", """{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}""", "starts-nothing");

        var (status, output) = await RunAsync("starts", Start("started"), "starts");
        Assert.Equal("SUCCEEDED", status);
        Assert.StartsWith("arn:aws:states:us-east-1:111111111111:execution:started:", JsonDocument.Parse(output!).RootElement.GetProperty("ExecutionArn").GetString(), StringComparison.Ordinal);
        Assert.Equal("FAILED", (await RunAsync("starts-other", Start("other"), "starts")).Status);
    }

    private static string Map(string type, string tolerance) => $$"""
        {"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,{{tolerance}}
          "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"S","States":{"S":{"Type":"{{type}}"{{(type == "Pass" ? ",\"End\":true" : ",\"Error\":\"E\"")}} } } },"End":true} } }
        """;

    private static string Start(string machine) => $$"""
        {"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution",
          "Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:111111111111:stateMachine:{{machine}}","Input":{"a":1} },"End":true} } }
        """;

    private async Task RoleAsync(string name, string? policy)
    {
        using var iam = Fixture.Iam(Fixture.Hub.Credentials());
        await iam.CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = Trust }, Cancellation);
        if (policy is not null)
            await iam.PutRolePolicyAsync(new() { RoleName = name, PolicyName = "p", PolicyDocument = policy }, Cancellation);
    }

    private Task<JsonElement> CreateAsync(string name, string definition, string role) => CallAsync(
        "CreateStateMachine", new { name, definition, roleArn = $"arn:aws:iam::{TwinAccounts.Hub}:role/{role}" });

    private async Task<(string Status, string? Output)> RunAsync(string name, string definition, string role)
    {
        await CreateAsync(name, definition, role);
        var started = await CallAsync("StartExecution", new { stateMachineArn = $"arn:aws:states:us-east-1:{TwinAccounts.Hub}:stateMachine:{name}", input = """{"items":[1,2,3]}""" });
        while (true)
        {
            var described = await CallAsync("DescribeExecution", new { executionArn = started.GetProperty("executionArn").GetString() });
            if (described.GetProperty("status").GetString() is { } status and not "RUNNING")
                return (status, described.TryGetProperty("output", out var output) ? output.GetString() : null);
            await Task.Delay(50, Cancellation);
        }
    }

    private async Task<JsonElement> CallAsync(string action, object body)
    {
        using var response = await RawCalls.JsonAsync(Fixture, Fixture.Hub, "states", $"AWSStepFunctions.{action}", JsonSerializer.Serialize(body));
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
