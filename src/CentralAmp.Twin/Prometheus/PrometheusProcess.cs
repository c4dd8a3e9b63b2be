using System.Net;
using System.Net.Sockets;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Prometheus;

/// <summary>How to run a Prometheus.</summary>
/// <param name="ConfigurationFile">Read at the start and at every reload.</param>
public sealed record PrometheusStart(PrometheusBinary Binary, string ConfigurationFile, string DataFolder, string LogFile)
{
    /// <summary>The whole environment: nothing of the twin's own is passed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public bool ReceivesRemoteWrite { get; init; }

    /// <summary>Scrapes and sends, keeps nothing and answers no query.</summary>
    public bool IsAgent { get; init; }

    /// <summary>Given to the program as they are.</summary>
    public IReadOnlyList<string> OtherFlags { get; init; } = [];

    /// <summary>Address of loopback to listen at, on Prometheus' own port; null: any free port of 127.0.0.1.</summary>
    public string? Host { get; init; }

    /// <summary>Called with the address before the program starts, so that the configuration can contain it.</summary>
    public Action<Uri> Prepare { get; init; } = _ => { };
}

/// <summary>The program ended before it was ready; the message has the end of its log.</summary>
public sealed class PrometheusStartException(string message) : Exception(message);

/// <summary>A running Prometheus on a port of loopback.</summary>
public sealed class PrometheusProcess : IAsyncDisposable
{
    private const string PortTaken = "address already in use";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly ChildProcess process;

    private PrometheusProcess(ChildProcess process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>The exit code, once it ended.</summary>
    public Task<int> Exited => process.Exited;

    public string LogFile => process.LogFile;

    /// <summary>Starts the program and waits until it says it is ready.</summary>
    /// <exception cref="PrometheusStartException">It ended, or was not ready within 30 seconds.</exception>
    public static async Task<PrometheusProcess> StartAsync(PrometheusStart start, CancellationToken cancellationToken)
    {
        while (true)
        {
            var address = start.Host is { } host ? new Uri($"http://{host}:9090/") : FreeAddress();
            start.Prepare(address);
            var running = new PrometheusProcess(ChildProcess.Start(Command(start, address)), address);
            if (await running.IsReadyAsync(cancellationToken))
                return running;

            var log = running.process.Tail();
            await running.DisposeAsync();
            // Another process may take the free port before this one does.
            if (start.Host is not null || !log.Contains(PortTaken, StringComparison.Ordinal))
                throw new PrometheusStartException($"Prometheus did not become ready:\n{log}");
        }
    }

    /// <summary>Reads the configuration file again; false when Prometheus refuses it and keeps the old one, or does not answer.</summary>
    public async Task<bool> ReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.PostAsync(new Uri(Address, "/-/reload"), null, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static ChildProcessStart Command(PrometheusStart start, Uri address)
    {
        List<string> arguments =
        [
            $"--config.file={start.ConfigurationFile}",
            $"--storage.{(start.IsAgent ? "agent" : "tsdb")}.path={start.DataFolder}",
            $"--web.listen-address={address.Authority}",
            "--web.enable-lifecycle",
        ];
        // What version 3 calls --agent was a feature before.
        if (start.IsAgent)
            arguments.Add(start.Binary.Version.Major < 3 ? "--enable-feature=agent" : "--agent");
        arguments.AddRange(start.OtherFlags);
        if (start.ReceivesRemoteWrite)
            arguments.Add("--web.enable-remote-write-receiver");
        Directory.CreateDirectory(start.DataFolder);
        return new ChildProcessStart(start.Binary.Path, arguments, start.LogFile) { CleanEnvironment = true, Environment = start.Environment };
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyLimit);
        try
        {
            while (!process.HasExited)
            {
                if (await AnswersAsync(limit.Token))
                    return true;
                await Task.Delay(Poll, limit.Token);
            }
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Address, "/-/ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }
}
