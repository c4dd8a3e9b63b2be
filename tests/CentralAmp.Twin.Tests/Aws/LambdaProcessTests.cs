using System.Text;
using System.Text.Json;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>One execution environment, with a runtime of a few lines in it: what Lambda says when things go wrong.</summary>
public sealed class LambdaProcessTests : IDisposable
{
    private const string Runtime =
        """
        import json, os, sys, time, urllib.request
        api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
        def post(path, body): urllib.request.urlopen(urllib.request.Request(api + path, json.dumps(body).encode()))
        if sys.argv[1] == "bad-init":
            post("init/error", {"errorType": "Startup", "errorMessage": "no settings"}); sys.exit(1)
        while True:
            with urllib.request.urlopen(api + "invocation/next") as next:
                id, event = next.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(next.read())
            if event["do"] == "hang": time.sleep(60)
            if event["do"] == "exit": sys.exit(3)
            if event["do"] == "fail": post(f"invocation/{id}/error", {"errorType": "BlockedException", "errorMessage": "because"})
            elif event["do"] == "grow": 
                try: post(f"invocation/{id}/response", "x" * 7000000)
                except urllib.error.HTTPError: pass
            else: post(f"invocation/{id}/response", {"pid": os.getpid()})
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("twin-lambda-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_warm_process_serves_one_invocation_after_the_other()
    {
        await using var process = await StartAsync();
        var (first, second) = (await InvokeAsync(process, "work"), await InvokeAsync(process, "work"));

        Assert.False(first.IsError);
        Assert.Equal(Text(first), Text(second));
        Assert.True(process.IsAlive);
    }

    [Fact]
    public async Task An_error_of_the_function_is_its_own_and_the_process_lives_on()
    {
        await using var process = await StartAsync();
        var result = await InvokeAsync(process, "fail");

        Assert.True(result.IsError);
        Assert.Equal("""{"errorType": "BlockedException", "errorMessage": "because"}""", Text(result));
        Assert.True(process.IsAlive);
    }

    [Fact]
    public async Task What_takes_too_long_is_killed()
    {
        await using var process = await StartAsync();

        Assert.Equal(("Sandbox.Timedout", true), ErrorType(await InvokeAsync(process, "hang")));
        Assert.False(process.IsAlive);
    }

    [Fact]
    public async Task A_process_that_exits_is_an_error_of_the_runtime()
    {
        await using var process = await StartAsync();
        var result = await InvokeAsync(process, "exit");

        Assert.Equal(("Runtime.ExitError", true), ErrorType(result));
        Assert.Contains("exit status 3", Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_start_is_the_answer_to_the_invocation()
    {
        await using var process = await StartAsync("bad-init");

        Assert.Equal(("Startup", true), ErrorType(await InvokeAsync(process, "work")));
    }

    [Fact]
    public async Task An_answer_over_six_megabytes_is_refused()
    {
        await using var process = await StartAsync();

        Assert.Equal(("Function.ResponseSizeTooLarge", true), ErrorType(await InvokeAsync(process, "grow")));
    }

    [Theory]
    [InlineData(LambdaFault.DiesBeforeWork)]
    [InlineData(LambdaFault.DiesBeforeAnswer)]
    public async Task A_fault_kills_the_process_in_the_middle_of_an_invocation(LambdaFault fault)
    {
        await using var process = await StartAsync();
        var result = await InvokeAsync(process, "work", fault);

        Assert.Equal(("Runtime.ExitError", true), ErrorType(result));
        Assert.Contains("signal: killed", Text(result), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<LambdaProcess> StartAsync(string argument = "good") => LambdaProcess.StartAsync(
        new LambdaFunction("f", "arn:aws:lambda:us-east-1:111111111111:function:f", "arn:aws:iam::111111111111:role/f", "h", TimeSpan.FromSeconds(5), 128, new Dictionary<string, string>()),
        api => ChildProcess.Start(new ChildProcessStart("python3", ["-c", Runtime, argument], Path.Combine(folder, "log"))
        {
            Environment = new Dictionary<string, string> { ["AWS_LAMBDA_RUNTIME_API"] = api, ["no_proxy"] = "127.0.0.1" },
        }), TimeProvider.System, Cancellation);

    private static Task<LambdaResult> InvokeAsync(LambdaProcess process, string what, LambdaFault fault = LambdaFault.None) =>
        process.InvokeAsync(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["do"] = what }), fault);

    private static string Text(LambdaResult result) => Encoding.UTF8.GetString(result.Payload);

    private static (string?, bool) ErrorType(LambdaResult result)
    {
        using var document = JsonDocument.Parse(result.Payload);
        return (document.RootElement.GetProperty("errorType").GetString(), result.IsError);
    }
}
