using System.Diagnostics;

namespace CentralAmp.Kubernetes;

/// <summary>Total time that one client has waited for answers. Concurrent waiting counts once, because requests to pods run in parallel.</summary>
internal sealed class WaitingTime
{
    private readonly Lock gate = new();
    private TimeSpan before;
    private long began;
    private int waiting;

    public TimeSpan Total
    {
        get
        {
            lock (gate)
            {
                return waiting > 0 ? before + Stopwatch.GetElapsedTime(began) : before;
            }
        }
    }

    public void Begin()
    {
        lock (gate)
        {
            if (waiting++ == 0)
            {
                began = Stopwatch.GetTimestamp();
            }
        }
    }

    public void End()
    {
        lock (gate)
        {
            if (--waiting == 0)
            {
                before += Stopwatch.GetElapsedTime(began);
            }
        }
    }
}
