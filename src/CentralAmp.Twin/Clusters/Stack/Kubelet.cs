using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>A pod that was started.</summary>
/// <param name="DataLost">There was a pod of this name before, and its samples went with it (emptyDir).</param>
public sealed record PodStart(string Pod, string Uid, DateTimeOffset Time, bool DataLost);

/// <summary>Runs the pods that are in the store, and stops those that are not any more.</summary>
internal sealed class Kubelet(PodSurroundings surroundings) : IPodAddresses, IAsyncDisposable
{
    // The port at which Prometheus listens in its pod, whatever port of loopback that is here.
    private const int PrometheusPort = 9090;

    private readonly ConcurrentDictionary<string, PodInstance> running = new();
    private readonly ConcurrentQueue<PodStart> starts = new();

    /// <summary>Every start of a pod, in order.</summary>
    public IReadOnlyList<PodStart> Starts => [.. starts];

    public async Task ReconcileAsync()
    {
        var pods = surroundings.Store.List(ResourceKind.Pod);
        foreach (var (key, instance) in running)
        {
            if (pods.All(p => p.Uid() != instance.Uid) && running.TryRemove(key, out _))
                await instance.DisposeAsync();
        }
        foreach (var pod in pods)
        {
            if (!running.ContainsKey(Key(pod.Namespace(), pod.Name())))
                Start(pod);
        }
    }

    /// <summary>Tells the pods that a configuration may have changed.</summary>
    public void ConfigurationChanged()
    {
        foreach (var instance in running.Values)
            instance.ConfigurationChanged();
    }

    public Uri? AddressOf(string ns, string pod, int port) =>
        port == PrometheusPort ? running.GetValueOrDefault(Key(ns, pod))?.Address : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in running.Values)
            await instance.DisposeAsync();
    }

    private void Start(JsonObject pod)
    {
        var isEphemeral = pod.ObjectsAt("spec", "volumes").Any(v => v["emptyDir"] is not null && (v.TextAt("name") ?? "").EndsWith("-db", StringComparison.Ordinal));
        var hadPredecessor = starts.Any(s => s.Pod == pod.Name());
        starts.Enqueue(new PodStart(pod.Name(), pod.Uid(), surroundings.Time.GetUtcNow(), isEphemeral && hadPredecessor));
        running[Key(pod.Namespace(), pod.Name())] = new PodInstance(pod, isEphemeral, surroundings);
    }

    private static string Key(string ns, string pod) => $"{ns}/{pod}";
}
