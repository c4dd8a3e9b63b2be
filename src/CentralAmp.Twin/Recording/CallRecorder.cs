using System.Text.Json;

namespace CentralAmp.Twin.Recording;

/// <summary>Keeps every call of a run, and writes each as one JSON line when a file is given (<c>--record</c>).</summary>
public sealed class CallRecorder : ICallRecorder, IDisposable
{
    private readonly Lock gate = new();
    private readonly List<RecordedCall> calls = [];
    private readonly StreamWriter? file;

    /// <param name="path">File to write to, replaced if it exists; null keeps the record in memory only.</param>
    public CallRecorder(string? path = null) =>
        file = path is null ? null : new StreamWriter(path, append: false) { AutoFlush = true };

    public void Record(RecordedCall call)
    {
        lock (gate)
        {
            calls.Add(call);
            file?.WriteLine(JsonSerializer.Serialize(call, TwinJson.Default.RecordedCall));
        }
    }

    /// <summary>A marker for <see cref="Since"/>.</summary>
    public int Position
    {
        get
        {
            lock (gate)
                return calls.Count;
        }
    }

    public IReadOnlyList<RecordedCall> Since(int position)
    {
        lock (gate)
            return calls[position..];
    }

    public void Dispose() => file?.Dispose();
}
