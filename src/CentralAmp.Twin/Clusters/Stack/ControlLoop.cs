using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Runs the controllers of a cluster after every change of an object.</summary>
internal sealed class ControlLoop : IAsyncDisposable
{
    private readonly SemaphoreSlim wake = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Action<Exception> fault;
    private readonly Task running;

    /// <param name="fault">Receives exceptions of the controllers.</param>
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
            // The cluster is stopping.
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
            // Another writer changed or removed the object at the same time; that change wakes the loop again.
        }
        catch (Exception exception)
        {
            // An exception must not end the loop, and must not be lost.
            fault(exception);
        }
    }
}
