using System.Text.Json;
using CentralAmp.Failures;
using CentralAmp.Functions.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CentralAmp.Functions.Tests;

public sealed class StepEdgeTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly JsonLines logs;
    private readonly StepEdge edge;

    public StepEdgeTests()
    {
        logs = new JsonLines(output, time);
        edge = new StepEdge(new Logger<StepEdge>(logs), time);
    }

    private IReadOnlyList<JsonElement> Lines =>
        [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public async Task Every_line_names_cluster_and_execution()
    {
        var result = await RunAsync(async _ =>
        {
            new Logger<StepEdgeTests>(logs).LogWarning("in between, {Count}", 3);
            await Task.Yield();
            return 7;
        });

        Assert.Equal(7, result);
        Assert.Equal(2, Lines.Count);
        Assert.All(Lines, line =>
        {
            Assert.Equal(Hub.Cluster.Arn, line.GetProperty("cluster").GetString());
            Assert.Equal(Hub.Execution.Id, line.GetProperty("execution").GetString());
            Assert.Equal("request-1", line.GetProperty("requestId").GetString());
            Assert.Equal("2026-01-02T03:04:05+00:00", line.GetProperty("time").GetString());
        });
        Assert.Equal(("Warning", "in between, 3", "3"), (Lines[0].GetProperty("level").GetString(), Lines[0].GetProperty("message").GetString(), Lines[0].GetProperty("count").GetString()));
    }

    [Fact]
    public async Task A_line_break_in_a_message_does_not_break_the_line()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync<int>(_ => throw new InvalidOperationException("two\nlines")));

        Assert.Contains("two\nlines", Assert.Single(Lines).GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_keeps_its_type_and_message()
    {
        var thrown = new BlockedException(Causes.ClusterNotFound, "Gone.", "None.");

        Assert.Same(thrown, await Assert.ThrowsAsync<BlockedException>(() => RunAsync<int>(_ => throw thrown)));
        Assert.Contains(Causes.ClusterNotFound, Assert.Single(Lines).GetProperty("failure").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_takes_too_long_ends_as_transient_before_Lambda_stops_it()
    {
        var run = RunAsync<int>(async token =>
        {
            await Task.Delay(TimeSpan.FromHours(1), time, token);
            return 0;
        });
        time.Advance(TimeSpan.FromSeconds(58));

        var failure = await Assert.ThrowsAsync<TransientException>(() => run);
        Assert.Equal(Causes.ServiceUnavailable, failure.Cause);
        Assert.Contains("cluster 'blue'", failure.Sentence, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        logs.Dispose();
        output.Dispose();
    }

    private Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> run) =>
        edge.RunAsync(FakeContext.With(TimeSpan.FromSeconds(60)), Hub.Execution, Hub.Cluster, run, "Step");
}
