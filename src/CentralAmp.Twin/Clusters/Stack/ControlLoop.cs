using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The controllers of a cluster, each brought to rest again after every change of an object.</summary>
internal sealed class ControlLoop : IAsyncDisposable
{
    private readonly SemaphoreSlim wake = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Action<Exception> fault;
    private readonly Task running;

    /// <param name="fault">Told what went wrong in the controllers themselves.</param>
    public ControlLoop(ObjectStore store, Func<Task> reconcile, Action<Exception> fault)
    {
        this.fault = fault;
        store.Subscribe(_ => Wake());
        running = RunAsync(reconcile, stop.Token);
    }

    public void Wake()
    {
        // One wake-up is enough for many changes.
        if (!stop.IsCancellationRequested && wake.CurrentCount == 0)
            wake.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        wake.Dispose();
    }

    private async Task RunAsync(Func<Task> reconcile, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await wake.WaitAsync(cancellationToken);
                await ReconcileAsync(reconcile);
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster is going down.
        }
    }

    private async Task ReconcileAsync(Func<Task> reconcile)
    {
        try
        {
            await reconcile();
        }
        catch (StatusException exception) when (exception.Code is 404 or 409)
        {
            // Somebody changed or removed the object meanwhile; that change wakes the loop again.
        }
        catch (Exception exception)
        {
            // The edge of the controllers: one fault must not end them, and it must not be lost.
            fault(exception);
        }
    }
}
