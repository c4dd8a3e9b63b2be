using System.Net;
using System.Text;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class VerifyIngestStepTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private AnsweringServer amp = null!;
    private DateTimeOffset? deliveredAt = Some.Noon.AddSeconds(-60);

    public async ValueTask InitializeAsync() => amp = await AnsweringServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await amp.DisposeAsync();
    }

    [Fact]
    public async Task A_sample_scraped_after_the_delivery_verifies_with_one_signed_query()
    {
        amp.Always = Answer(newest: -30, series: 1234);
        Assert.Equal(new VerifyIngestResult(1234, Some.Noon.AddSeconds(-30)), await VerifyAsync());
        var (method, path, headers, body) = Assert.Single(amp.Requests);
        Assert.Equal(("POST", "/workspaces/ws-1/api/v1/query"), (method, path));
        Assert.Contains("/us-east-1/aps/aws4_request", headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal(
            "query=label_replace(max(timestamp(up{cluster=\"shop.us-east-1.222222222222\"})), \"central_amp\", \"newest\", \"\", \"\")"
            + " or label_replace(count({cluster=\"shop.us-east-1.222222222222\",__name__!~\"central_amp_onboarding_proof|central_amp_expected\"}), \"central_amp\", \"series\", \"\", \"\")",
            WebUtility.UrlDecode(Encoding.UTF8.GetString(body)));
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(-60)]
    public async Task A_sample_from_before_the_delivery_is_not_enough(int newest)
    {
        amp.Always = Answer(newest, series: 1);
        var failure = await Assert.ThrowsAsync<NotReadyException>(VerifyAsync);
        Assert.Equal(Causes.NoSamples, failure.Cause);
        Assert.Contains("the newest is of 2026-03-01 11:5", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_sample_at_all_is_not_ready()
    {
        amp.Always = Answer(newest: null, series: null);
        Assert.Contains("none at all", (await Assert.ThrowsAsync<NotReadyException>(VerifyAsync)).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-299, true)]
    [InlineData(-301, false)]
    public async Task Without_a_delivery_recent_samples_suffice(int newest, bool verified)
    {
        deliveredAt = null;
        amp.Always = Answer(newest, series: 1);
        var failure = await Record.ExceptionAsync(VerifyAsync);
        Assert.Equal(verified, failure is null);
    }

    [Fact]
    public async Task Series_that_cannot_be_counted_are_left_out()
    {
        amp.Next.Enqueue(((HttpStatusCode)422, "application/json", """{"status":"error","errorType":"execution","error":"query timed out"}"""));
        amp.Next.Enqueue(Answer(newest: -1, series: null));
        Assert.Equal(new VerifyIngestResult(null, Some.Noon.AddSeconds(-1)), await VerifyAsync());
    }

    [Theory]
    [InlineData(400, typeof(BlockedException), Causes.WorkspaceRejectedSamples)]
    [InlineData(403, typeof(BlockedException), Causes.HubPermissionMissing)]
    [InlineData(404, typeof(BlockedException), Causes.WorkspaceNotFound)]
    [InlineData(413, typeof(BlockedException), Causes.WorkspaceRejectedSamples)]
    [InlineData(429, typeof(TransientException), Causes.WorkspaceThrottled)]
    [InlineData(500, typeof(TransientException), Causes.WorkspaceUnavailable)]
    public async Task An_answer_of_the_workspace_gets_its_cause(int status, Type kind, string cause)
    {
        amp.Always = ((HttpStatusCode)status, "text/plain", "words");
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(VerifyAsync);
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"data":"odd"}""")]
    [InlineData("""{"data":{"result":[{"metric":{"central_amp":"newest"},"value":["x"]}]}}""")]
    [InlineData("""{"data":{"result":[{"metric":{"central_amp":"newest"},"value":[1,"words"]}]}}""")]
    public async Task An_invalid_answer_to_the_query_is_transient(string body)
    {
        amp.Always = (HttpStatusCode.OK, "application/json", body);
        Assert.Equal(Causes.WorkspaceUnavailable, (await Assert.ThrowsAsync<TransientException>(VerifyAsync)).Cause);
    }

    private Task<VerifyIngestResult> VerifyAsync()
    {
        var clock = new FakeClock(Some.Noon);
        var step = new VerifyIngestStep(
            new WorkspaceDataPlane(http, clock),
            () => Task.FromResult(new ImmutableCredentials("AKIAEXAMPLE", "secret", null)),
            clock,
            NullLogger<VerifyIngestStep>.Instance);
        var plan = TrustPoliciesTests.Plan() with { WorkspaceEndpoint = $"{amp.Address}/workspaces/ws-1/" };
        var delivery = new DeliverRemoteWriteResult(deliveredAt is null ? Change.Unchanged : Change.Created, deliveredAt);
        return step.RunAsync(new VerifyIngestRequest(Some.Execution(), Some.Cluster(), Some.Described(), plan, delivery), TestContext.Current.CancellationToken);
    }

    private static (HttpStatusCode Status, string Type, string Body) Answer(int? newest, long? series)
    {
        var results = new List<string>();
        if (newest is { } seconds)
        {
            results.Add($$"""{"metric":{"central_amp":"newest"},"value":[1,"{{Some.Noon.AddSeconds(seconds).ToUnixTimeSeconds()}}"]}""");
        }

        if (series is { } count)
        {
            results.Add($$"""{"metric":{"central_amp":"series"},"value":[1,"{{count}}"]}""");
        }

        return (HttpStatusCode.OK, "application/json", """{"status":"success","data":{"resultType":"vector","result":[""" + string.Join(',', results) + "]}}");
    }
}
