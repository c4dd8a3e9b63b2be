using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Tests.Prometheus;

public sealed class PrometheusTests(PrometheusFixture prometheus) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("twin-prometheus-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_prometheus_that_is_new_enough_is_provided() => Assert.True(prometheus.Binary.IsNewEnough);

    [Fact]
    public async Task A_prometheus_that_cannot_start_says_why()
    {
        var configuration = Path.Combine(folder, "bad.yml");
        await File.WriteAllTextAsync(configuration, "no_such_field: 1", Cancellation);

        var failure = await Assert.ThrowsAsync<PrometheusStartException>(() => PrometheusProcess.StartAsync(
            new PrometheusStart(prometheus.Binary, configuration, Path.Combine(folder, "data"), Path.Combine(folder, "log")), Cancellation));

        Assert.Contains("no_such_field", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_workspace_keeps_its_samples_in_a_prometheus_of_its_own()
    {
        await using var workspaces = new WorkspaceBackend(prometheus.Binary, folder);

        var addresses = await Task.WhenAll(workspaces.ForWorkspaceAsync("ws-1"), workspaces.ForWorkspaceAsync("ws-2"), workspaces.ForWorkspaceAsync("ws-1"));

        Assert.Equal(addresses[0], addresses[2]);
        Assert.NotEqual(addresses[0], addresses[1]);
        using var http = new HttpClient();
        // An empty body is no remote write, but the receiver is there to say so.
        using var answer = await http.PostAsync(new Uri(addresses[0], "/api/v1/write"), new ByteArrayContent([]), Cancellation);
        Assert.NotEqual(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Rules_of_a_workspace_are_evaluated_and_text_that_is_no_rules_is_refused()
    {
        await using var workspaces = new WorkspaceBackend(prometheus.Binary, folder);
        const string rules = """{"groups":[{"name":"g","interval":"1s","rules":[{"alert":"Always","expr":"vector(1)"}]}]}""";
        Assert.True(await workspaces.EvaluateAsync("ws-1", new Dictionary<string, string> { ["central-amp"] = rules }));
        using var http = new HttpClient();
        var query = new Uri(await workspaces.ForWorkspaceAsync("ws-1"), "/api/v1/query?query=ALERTS");

        for (var attempt = 0; attempt < 100 && !(await http.GetStringAsync(query, Cancellation)).Contains("Always", StringComparison.Ordinal); attempt++)
            await Task.Delay(100, Cancellation);

        Assert.Contains("firing", await http.GetStringAsync(query, Cancellation), StringComparison.Ordinal);
        Assert.False(await workspaces.EvaluateAsync("ws-1", new Dictionary<string, string> { ["central-amp"] = "groups: 1" }));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
