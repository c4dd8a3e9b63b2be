using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Benchmarks;

/// <summary>One measured start of a process.</summary>
/// <param name="Milliseconds">From the start of the process to the POST of its first response.</param>
/// <param name="PeakMegabytes">Peak resident memory until then (VmHWM).</param>
/// <param name="CpuMilliseconds">User and system time until then, of all threads.</param>
internal sealed record Start(double Milliseconds, double PeakMegabytes, double CpuMilliseconds);

/// <summary>One warm invocation, as a mean of many.</summary>
internal sealed record Page(double Milliseconds, double PeakMegabytes, double CpuMilliseconds);

/// <summary>A Lambda Runtime API (plain HTTP, as in Lambda) and an AWS (TLS) on loopback, for one process at a time.</summary>
internal sealed class ColdStart : IAsyncDisposable
{
    private const string Invocation =
        """
        {"execution":{"id":"arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:benchmark","startedAt":"2026-01-01T00:00:00.000Z"},
        "cluster":{"arn":"arn:aws:eks:us-east-1:222222222222:cluster/benchmark","partition":"aws","accountId":"222222222222","region":"us-east-1","name":"benchmark"}}
        """;

    private const string PageInvocation =
        """
        {"execution":{"id":"arn:aws:states:us-east-1:111111111111:execution:sweep-fleet:benchmark","startedAt":"2026-01-01T00:00:00.000Z"},
        "sweep":{"id":"sweep-now","startedAt":"2026-01-01T00:00:00.000Z"},"accountsListed":false}
        """;

    /// <summary>The invocations before it let the managed code be compiled a second time, with optimizations.</summary>
    private const int WarmUp = 200;
    private const int CountedPages = 100;

    private readonly WebApplication server;
    private readonly ServerCertificate certificate;
    private string invocation = Invocation;
    private int remaining;
    private (long At, TimeSpan Cpu) warm;
    private Func<TimeSpan> cpuTime = () => TimeSpan.Zero;
    private TaskCompletionSource<string> response = new();

    private ColdStart(WebApplication server, ServerCertificate certificate) => (this.server, this.certificate) = (server, certificate);

    public static async Task<ColdStart> ListenAsync()
    {
        var certificate = new ServerCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.Certificate));
        });
        var listening = new ColdStart(builder.Build(), certificate);
        listening.server.Run(listening.AnswerAsync);
        await listening.server.StartAsync();
        return listening;
    }

    /// <summary>Starts the process, measures it at its first response, and kills it.</summary>
    /// <exception cref="InvalidOperationException">The contestant answered with an error, or not at all.</exception>
    public async Task<Start> MeasureAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        (invocation, remaining) = (Invocation, 1);
        return await RunAsync(contestant, new Dictionary<string, string>(), (process, elapsed) =>
            new Start(elapsed, PeakMegabytes(process.Id), process.TotalProcessorTime.TotalMilliseconds), cancellationToken);
    }

    /// <summary>The heaviest invocation of CentralAmp that needs no cluster: ListRegistered reads a page of the registry. Warm.</summary>
    /// <exception cref="InvalidOperationException">The contestant answered with an error, or not at all.</exception>
    public async Task<Page> MeasurePagesAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        var handler = new Dictionary<string, string> { ["ANNOTATIONS_HANDLER"] = "ListRegistered" };
        (invocation, remaining) = (PageInvocation, WarmUp + CountedPages);
        return await RunAsync(contestant, handler, (process, _) => new Page(
            Stopwatch.GetElapsedTime(warm.At).TotalMilliseconds / CountedPages,
            PeakMegabytes(process.Id),
            (process.TotalProcessorTime - warm.Cpu).TotalMilliseconds / CountedPages), cancellationToken);
    }

    private async Task<T> RunAsync<T>(
        Contestant contestant, IReadOnlyDictionary<string, string> settings, Func<Process, double, T> measure, CancellationToken cancellationToken)
        where T : notnull
    {
        response = new TaskCompletionSource<string>();
        var info = new ProcessStartInfo(contestant.Program, contestant.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in contestant.Environment.Concat(LambdaEnvironment()).Concat(settings))
            info.Environment[name] = value;

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        cpuTime = () => process.TotalProcessorTime;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var first = await Task.WhenAny(response.Task, process.WaitForExitAsync(cancellationToken), Task.Delay(TimeSpan.FromSeconds(30), cancellationToken));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var answered = first == response.Task && (await response.Task).Length == 0;
        var measured = answered ? measure(process, elapsed) : default;
        process.Kill(entireProcessTree: true);
        var log = await output + await errors;
        return answered
            ? measured!
            : throw new InvalidOperationException($"{contestant.Name} did not answer: {(response.Task.IsCompleted ? await response.Task : "")}\n{log}");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        certificate.Dispose();
    }

    /// <summary>From the kernel, because .NET's PeakWorkingSet64 is 0 for other processes once they are gone.</summary>
    private static double PeakMegabytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private Dictionary<string, string> LambdaEnvironment() => new()
    {
        ["AWS_LAMBDA_RUNTIME_API"] = Address("http")["http://".Length..],
        ["AWS_LAMBDA_FUNCTION_NAME"] = "benchmark",
        ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "512",
        ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
        ["AWS_ENDPOINT_URL"] = Address("https").Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
        ["AWS_REGION"] = "us-east-1",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = "AKIABENCHMARK0000000",
        ["AWS_SECRET_ACCESS_KEY"] = "secret",
        ["AWS_SESSION_TOKEN"] = "token",
        // The authority of this run, as each contestant finds it, and (but for the roots inside Node.js) no other.
        ["SSL_CERT_FILE"] = certificate.AuthorityFile,
        ["AWS_CA_BUNDLE"] = certificate.AuthorityFile,
        ["NODE_EXTRA_CA_CERTS"] = certificate.AuthorityFile,
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["NO_PROXY"] = "127.0.0.1,localhost",
    };

    private string Address(string scheme) =>
        server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(address => address.StartsWith($"{scheme}:", StringComparison.Ordinal));

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (context.Request.IsHttps)
        {
            await AwsAnswers.AnswerAsync(context);
        }
        else if (path.EndsWith("/next", StringComparison.Ordinal))
        {
            if (response.Task.IsCompleted)
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = Guid.NewGuid().ToString();
            context.Response.Headers["Lambda-Runtime-Deadline-Ms"] = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:111111111111:function:benchmark";
            await context.Response.WriteAsync(invocation);
        }
        else
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            var failed = !path.EndsWith("/response", StringComparison.Ordinal);
            if (--remaining == CountedPages)
                warm = (Stopwatch.GetTimestamp(), cpuTime());
            if (failed || remaining == 0)
                response.TrySetResult(failed ? body : "");
        }
    }
}
