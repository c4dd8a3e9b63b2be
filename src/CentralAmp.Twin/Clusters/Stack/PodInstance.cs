using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// A running pod: its volumes, a real Prometheus, and the config-reloader if the pod has one. A program that ends is restarted
/// with a growing back-off.
/// </summary>
internal sealed class PodInstance : IAsyncDisposable
{
    private static readonly WriteOptions Own = new(new FieldManager("kubelet", FieldManager.Update, "status"));
    private static readonly TimeSpan ReloadRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MountRetry = TimeSpan.FromMilliseconds(500);

    private readonly JsonObject pod;
    private readonly PrometheusContainer container;
    private readonly string host = LoopbackAddresses.Next();
    private readonly PodFiles files;
    private readonly PodSurroundings surroundings;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim configurationChanged = new(0);
    private readonly Task running;
    private PrometheusProcess? process;

    public PodInstance(JsonObject pod, PrometheusContainer container, PodSurroundings surroundings)
    {
        (this.pod, this.container, this.surroundings) = (pod, container, surroundings);
        files = new PodFiles(pod, container, surroundings);
        running = RunAsync(stop.Token);
    }

    public string Uid => pod.Uid();

    /// <summary>Address of its Prometheus; null while it does not run.</summary>
    public Uri? Address => process?.Address;

    public void ConfigurationChanged() => configurationChanged.Release();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        configurationChanged.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(surroundings.Behaviour.PodStart, surroundings.Time, cancellationToken);
            while (!files.IsMountable)
                await Task.Delay(MountRetry, surroundings.Time, cancellationToken);
            files.ProjectTokens();
            for (var restarts = 0; ; restarts++)
            {
                await RunOnceAsync(restarts, cancellationToken);
                ReportFailure("ended by itself");
                var backOff = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, restarts), LongestBackOff.TotalSeconds));
                WriteStatus(isReady: false, restarts + 1, Waiting("CrashLoopBackOff"));
                await Task.Delay(backOff, surroundings.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The pod was deleted.
        }
        catch (Exception exception)
        {
            // A fault of the twin itself, not of the program in the pod.
            surroundings.Fault(exception);
        }
    }

    /// <summary>Runs the program until it ends by itself.</summary>
    private async Task RunOnceAsync(int restarts, CancellationToken cancellationToken)
    {
        try
        {
            process = await PrometheusProcess.StartAsync(files.PrometheusStart(host), cancellationToken);
        }
        catch (PrometheusStartException)
        {
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            WriteStatus(isReady: true, restarts, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Now() } });
            var reloading = ReloadAsync(process, ended.Token);
            // The reloader ends by itself only after a fault.
            await await Task.WhenAny(process.Exited.WaitAsync(cancellationToken), reloading);
        }
        finally
        {
            await ended.CancelAsync();
            var ending = process;
            process = null;
            await ending.DisposeAsync();
        }
    }

    // The config-reloader retries a configuration that Prometheus could not load, so it recovers once a slow role has propagated.
    private async Task ReloadAsync(PrometheusProcess prometheus, CancellationToken cancellationToken)
    {
        if (!container.HasReloader)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        var isLoaded = true;
        while (true)
        {
            await configurationChanged.WaitAsync(isLoaded ? Timeout.InfiniteTimeSpan : ReloadRetry, cancellationToken);
            if (!files.WriteConfiguration(prometheus.Address) && isLoaded)
                continue;
            isLoaded = await prometheus.ReloadAsync(cancellationToken);
            if (!isLoaded)
                ReportFailure("did not load its configuration");
        }
    }

    private void ReportFailure(string what) => surroundings.Failure(new PodFailure(pod.Name(), what, surroundings.Time.GetUtcNow()));

    private void WriteStatus(bool isReady, int restarts, JsonObject state)
    {
        var status = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = host,
            ["conditions"] = new JsonArray(
                Condition("PodScheduled", true), Condition("Initialized", true), Condition("ContainersReady", isReady), Condition("Ready", isReady)),
            ["containerStatuses"] = new JsonArray([.. pod.ObjectsAt("spec", "containers").Select(c => c.TextAt("name")).Select(name => name == "prometheus"
                ? new JsonObject { ["name"] = name, ["ready"] = isReady, ["started"] = isReady, ["restartCount"] = restarts, ["state"] = state }
                : new JsonObject { ["name"] = name, ["ready"] = true, ["started"] = true, ["restartCount"] = 0 })]),
        };
        try
        {
            surroundings.Writer.Update(ResourceKind.Pod, pod.Namespace(), pod.Name(), Own, current =>
            {
                // Another pod of the same name may have replaced this one; then its status must not be written.
                current.Metadata()["uid"] = Uid;
                current["status"] = status;
                return current;
            });
        }
        catch (StatusException exception) when (exception.Code is 404 or 409)
        {
            // The pod is gone.
        }
    }

    private JsonObject Condition(string type, bool isTrue) => new()
    {
        ["type"] = type,
        ["status"] = isTrue ? "True" : "False",
        ["lastTransitionTime"] = Now(),
    };

    private static JsonObject Waiting(string reason) => new() { ["waiting"] = new JsonObject { ["reason"] = reason } };

    private string Now() => ServiceAccountTokens.Timestamp(surroundings.Time.GetUtcNow());
}
