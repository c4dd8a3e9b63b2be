using System.Text.Json;

namespace AwsPackages.Tests.Lambda;

/// <summary>The runtime loop as Lambda sees it: real processes against an in-process Runtime API.</summary>
public sealed class LambdaLoopTests
{
    private const int PayloadLimit = (6 * 1024 * 1024) + 100;

    [Fact]
    public async Task Invocations_are_answered_one_after_the_other_each_in_a_scope_of_its_own()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        foreach (var id in new[] { "request-1", "request-2" })
        {
            var answer = await api.InvokeAsync(id, """{"text":"grüße 日本 \ud83d\ude80"}""", TimeSpan.FromMinutes(5));
            using var body = JsonDocument.Parse(answer.Body);
            Assert.Equal(("response", "application/json"), (answer.Kind, answer.ContentType));
            Assert.Equal("grüße 日本 🚀", body.RootElement.GetProperty("text").GetString());
            Assert.Equal(id, body.RootElement.GetProperty("requestId").GetString());
            Assert.Equal("arn:aws:lambda:us-east-1:111111111111:function:sample", body.RootElement.GetProperty("functionArn").GetString());
            Assert.InRange(body.RootElement.GetProperty("remainingMilliseconds").GetInt64(), 60_000, 300_000);
            Assert.Equal(1, body.RootElement.GetProperty("scopedCount").GetInt32());
        }
    }

    [Fact]
    public async Task A_handlers_exception_is_the_invocations_error_and_the_process_lives_on()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Fail", api);
        foreach (var id in new[] { "request-1", "request-2" })
        {
            var answer = await api.InvokeAsync(id, """{"text":"wörk"}""");
            using var body = JsonDocument.Parse(answer.Body);
            Assert.Equal(("error", "NotReadyException"), (answer.Kind, answer.ErrorType));
            Assert.Equal("NotReadyException", body.RootElement.GetProperty("errorType").GetString());
            Assert.Equal("not ready: wörk", body.RootElement.GetProperty("errorMessage").GetString());
            Assert.StartsWith("at AwsPackages.SampleFunctions.Functions.Fail(", body.RootElement.GetProperty("stackTrace")[0].GetString(), StringComparison.Ordinal);
            Assert.Equal("InvalidOperationException", body.RootElement.GetProperty("cause").GetProperty("errorType").GetString());
            Assert.Equal("the cause", body.RootElement.GetProperty("cause").GetProperty("errorMessage").GetString());
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"text":12}""")]
    public async Task An_event_that_cannot_be_read_is_the_invocations_error(string payload)
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        var answer = await api.InvokeAsync("request-1", payload);
        Assert.Equal(("error", "JsonSerializerException"), (answer.Kind, answer.ErrorType));
        Assert.Contains("EchoRequest", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_EventBridge_event_is_read_with_its_hyphenated_name()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("DetailType", api);
        var answer = await api.InvokeAsync("request-1", """{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.eks","time":"2026-07-01T00:00:00Z","resources":[],"detail":{"text":"x"}}""");
        Assert.Equal("""{"text":"AWS API Call via CloudTrail aws.eks x"}""", answer.Body);
    }

    [Fact]
    public async Task A_failing_start_up_is_an_initialization_error_and_the_process_ends()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api, ("SAMPLE_BROKEN_START", "CENTRALAMP_REGISTRY_TABLE is not set"));
        var answer = await api.AnswerAsync("init");
        Assert.Equal("InvalidOperationException", answer.ErrorType);
        Assert.Contains("CENTRALAMP_REGISTRY_TABLE is not set", answer.Body, StringComparison.Ordinal);
        Assert.NotEqual(0, (await function.ExitAsync()).Code);
        Assert.False(api.Polled);
    }

    [Theory]
    [InlineData(null, "ANNOTATIONS_HANDLER is not set")]
    [InlineData("Nonsense", "ANNOTATIONS_HANDLER names an unknown function 'Nonsense'")]
    public async Task An_unset_or_unknown_handler_ends_non_zero_and_names_the_known_ones(string? handler, string message)
    {
        await using var function = FunctionProcess.Start(handler);
        var (code, errors) = await function.ExitAsync();
        Assert.Equal(1, code);
        Assert.Equal(message + "; it must be one of: Echo, Fail, Fill, Wait, DetailType, Unregistered", errors.Trim());
    }

    [Fact]
    public async Task Outside_of_Lambda_the_process_says_so()
    {
        await using var function = FunctionProcess.Start("Echo");
        var (code, errors) = await function.ExitAsync();
        Assert.NotEqual(0, code);
        Assert.Contains("AWS_LAMBDA_RUNTIME_API is not set", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_of_6_MB_passes_and_a_larger_one_is_a_named_error()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Fill", api);
        var whole = await api.InvokeAsync("request-1", $$"""{"characters":{{PayloadLimit - 2}}}""");
        var larger = await api.InvokeAsync("request-2", $$"""{"characters":{{PayloadLimit - 1}}}""");
        Assert.Equal(("response", PayloadLimit), (whole.Kind, whole.Body.Length));
        Assert.Equal(("error", "Function.ResponseSizeTooLarge"), (larger.Kind, larger.ErrorType));
        Assert.Contains($"({PayloadLimit + 1} bytes) exceeded maximum allowed payload size ({PayloadLimit} bytes)", larger.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_of_6_MB_passes_and_a_larger_one_is_a_named_error()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        const string frame = """{"text":""}""";
        var whole = await api.InvokeAsync("request-1", frame.Insert(9, new string('x', PayloadLimit - frame.Length)));
        var larger = await api.InvokeAsync("request-2", frame.Insert(9, new string('x', PayloadLimit + 1 - frame.Length)));
        Assert.Equal("error", larger.Kind);
        Assert.Equal("Function.RequestSizeTooLarge", larger.ErrorType);
        Assert.Equal("Function.ResponseSizeTooLarge", whole.ErrorType); // It was read; its echo, with more members, is too large.
    }

    [Fact]
    public async Task Without_a_result_the_response_is_empty()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Wait", api);
        Assert.Equal(("response", ""), await Kind(api.InvokeAsync("request-1", """{"milliseconds":1}""")));
    }

    [Fact]
    public async Task On_SIGTERM_an_idle_process_ends_at_once_with_0()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        await api.InvokeAsync("request-1", """{"text":""}""");
        function.Terminate();
        Assert.Equal((0, ""), await function.ExitAsync());
    }

    [Fact]
    public async Task On_SIGTERM_the_invocation_under_way_is_finished_first()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Wait", api);
        await api.InvokeAsync("request-1", """{"milliseconds":1}""");
        await api.OfferAsync("request-2", """{"milliseconds":3000}""", TimeSpan.FromMinutes(10));
        while (!api.IsTaken("request-2"))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await Task.Delay(500, TestContext.Current.CancellationToken);
        function.Terminate();
        Assert.Equal(("response", ""), await Kind(api.AnswerAsync("request-2")));
        Assert.Equal((0, ""), await function.ExitAsync());
    }

    [Fact]
    public async Task A_refused_answer_is_logged_and_the_loop_goes_on()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        api.PostStatus = 400;
        await api.InvokeAsync("request-1", """{"text":""}""");
        api.PostStatus = 202;
        Assert.Equal("response", (await api.InvokeAsync("request-2", """{"text":""}""")).Kind);
    }

    [Fact]
    public async Task A_Runtime_API_that_fails_for_good_ends_the_process()
    {
        await using var api = await RuntimeApi.StartAsync();
        await using var function = FunctionProcess.Start("Echo", api);
        api.PostStatus = 500;
        await api.InvokeAsync("request-1", """{"text":""}""");
        Assert.NotEqual(0, (await function.ExitAsync()).Code);
    }

    private static async Task<(string Kind, string Body)> Kind(Task<Posted> posting)
    {
        var answer = await posting;
        return (answer.Kind, answer.Body);
    }
}
