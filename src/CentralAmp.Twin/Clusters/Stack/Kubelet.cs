using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>A start of a pod.</summary>
/// <param name="DataLost">Whether an earlier pod of this name existed, and its samples were lost (emptyDir).</param>
public sealed record PodStart(string Namespace, string Pod, string Uid, DateTimeOffset Time, bool DataLost);

/// <summary>Runs the pods in the store, and stops pods that were removed from it.</summary>
internal sealed class Kubelet(PodSurroundings surroundings) : IPodAddresses, IAsyncDisposable
{
    // The port at which Prometheus listens in its pod, whatever port of loopback that is here.
    private const int PrometheusPort = 9090;

    private static readonly WriteOptions Scheduler = new(new FieldManager("kube-scheduler", FieldManager.Update, "status"));

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
            // Other pods have no process; the cluster's own listeners answer for some of them.
            if (!running.ContainsKey(Key(pod.Namespace(), pod.Name())) && PrometheusContainer.Of(pod) is { } container)
                Schedule(pod, container);
        }
    }

    /// <summary>Notifies the pods that a configuration may have changed.</summary>
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

    private void Schedule(JsonObject pod, PrometheusContainer container)
    {
        if (surroundings.Store.List(ResourceKind.Node).Count == 0)
        {
            WritePending(pod);
            return;
        }
        var hadPredecessor = starts.Any(s => s.Namespace == pod.Namespace() && s.Pod == pod.Name());
        starts.Enqueue(new PodStart(pod.Namespace(), pod.Name(), pod.Uid(), surroundings.Time.GetUtcNow(), container.IsEphemeral && hadPredecessor));
        running[Key(pod.Namespace(), pod.Name())] = new PodInstance(pod, container, surroundings);
    }

    private void WritePending(JsonObject pod)
    {
        var unscheduled = new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "Unschedulable", ["message"] = "no nodes available to schedule pods" };
        surroundings.Writer.Update(ResourceKind.Pod, pod.Namespace(), pod.Name(), Scheduler, current =>
        {
            current["status"] = new JsonObject { ["phase"] = "Pending", ["conditions"] = new JsonArray(unscheduled) };
            return current;
        });
    }

    private static string Key(string ns, string pod) => $"{ns}/{pod}";
}
