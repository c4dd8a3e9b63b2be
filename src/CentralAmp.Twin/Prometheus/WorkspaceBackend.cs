using System.Collections.Concurrent;

namespace CentralAmp.Twin.Prometheus;

/// <summary>Stores the samples of each AMP workspace in a real Prometheus that only accepts remote write.</summary>
public sealed class WorkspaceBackend(PrometheusBinary binary, string folder) : IAsyncDisposable
{
    // AMP takes samples that are up to 60 seconds out of order (reference/aws.md, workspace configuration).
    // Groups without an interval of their own are evaluated often; AMP does so every minute.
    private const string Configuration =
        """{ "global": { "evaluation_interval": "5s" }, "rule_files": ["rules/*.yaml"], "storage": { "tsdb": { "out_of_order_time_window": "60s" } } }""";

    private readonly ConcurrentDictionary<string, Lazy<Task<PrometheusProcess>>> workspaces = new();

    /// <summary>Address of the workspace's Prometheus, started when first asked for; <c>api/v1/write</c> takes remote write.</summary>
    public async Task<Uri> ForWorkspaceAsync(string id)
    {
        // Not bound to the first caller's request: the others wait for the same start.
        var process = await workspaces.GetOrAdd(id, _ => new Lazy<Task<PrometheusProcess>>(() => StartAsync(id))).Value;
        return process.Address;
    }

    /// <summary>Has the workspace's Prometheus evaluate these rules and no others; false if it refuses them, and keeps what it had.</summary>
    public async Task<bool> EvaluateAsync(string id, IReadOnlyDictionary<string, string> rules)
    {
        await ForWorkspaceAsync(id);
        var process = await workspaces[id].Value;
        var rulesFolder = Path.Combine(folder, id, "rules");
        if (Directory.Exists(rulesFolder))
            Directory.Delete(rulesFolder, recursive: true);
        Directory.CreateDirectory(rulesFolder);
        foreach (var (name, text) in rules)
            await File.WriteAllTextAsync(Path.Combine(rulesFolder, $"{name}.yaml"), text);
        return await process.ReloadAsync(CancellationToken.None);
    }

    /// <summary>The workspace was deleted, with all its samples.</summary>
    public async Task DropAsync(string id)
    {
        if (workspaces.TryRemove(id, out var process))
            await (await process.Value).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in workspaces.Keys)
            await DropAsync(id);
    }

    private async Task<PrometheusProcess> StartAsync(string id)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, id)).FullName;
        var configuration = Path.Combine(own, "prometheus.json");
        await File.WriteAllTextAsync(configuration, Configuration);
        return await PrometheusProcess.StartAsync(
            new PrometheusStart(binary, configuration, Path.Combine(own, "data"), Path.Combine(own, "prometheus.log")) { ReceivesRemoteWrite = true },
            CancellationToken.None);
    }
}
