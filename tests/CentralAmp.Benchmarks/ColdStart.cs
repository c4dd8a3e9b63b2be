using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Benchmarks;

/// <summary>A Lambda process to time: from its start to the POST of its first response.</summary>
internal sealed record Contestant(string Name, string Program, string[] Arguments, IReadOnlyDictionary<string, string> Environment);

/// <summary>One Runtime API and one AWS on loopback, for one process at a time.</summary>
internal sealed class ColdStart : IAsyncDisposable
{
    private const string Invocation =
        """
        {"execution":{"id":"arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:benchmark","startedAt":"2026-01-01T00:00:00.000Z"},
        "cluster":{"arn":"arn:aws:eks:us-east-1:222222222222:cluster/benchmark","partition":"aws","accountId":"222222222222","region":"us-east-1","name":"benchmark"}}
        """;

    private readonly WebApplication server;
    private TaskCompletionSource<string> response = new();

    private ColdStart(WebApplication server) => this.server = server;

    private string Address => server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<ColdStart> ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var listening = new ColdStart(builder.Build());
        listening.server.Run(listening.AnswerAsync);
        await listening.server.StartAsync();
        return listening;
    }

    /// <summary>Milliseconds from the start of the process to its first response, after which it is killed.</summary>
    /// <exception cref="InvalidOperationException">The contestant answered with an error, or not at all.</exception>
    public async Task<double> TimeAsync(Contestant contestant)
    {
        response = new TaskCompletionSource<string>();
        var info = new ProcessStartInfo(contestant.Program, contestant.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in contestant.Environment.Concat(LambdaEnvironment()))
            info.Environment[name] = value;

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var first = await Task.WhenAny(response.Task, process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(30)));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        process.Kill(entireProcessTree: true);
        var log = await output + await errors;
        return first == response.Task && (await response.Task).Length == 0
            ? elapsed
            : throw new InvalidOperationException($"{contestant.Name} did not answer: {(response.Task.IsCompleted ? await response.Task : "")}\n{log}");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private Dictionary<string, string> LambdaEnvironment() => new()
    {
        ["AWS_LAMBDA_RUNTIME_API"] = Address["http://".Length..],
        ["AWS_LAMBDA_FUNCTION_NAME"] = "benchmark",
        ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "512",
        ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
        ["AWS_ENDPOINT_URL"] = Address,
        ["AWS_REGION"] = "us-east-1",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = "AKIABENCHMARK0000000",
        ["AWS_SECRET_ACCESS_KEY"] = "secret",
        ["AWS_SESSION_TOKEN"] = "token",
    };

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith("/2018-06-01/runtime/", StringComparison.Ordinal))
        {
            await AwsAnswers.AnswerAsync(context);
        }
        else if (path.EndsWith("/next", StringComparison.Ordinal))
        {
            if (response.Task.IsCompleted)
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = Guid.NewGuid().ToString();
            context.Response.Headers["Lambda-Runtime-Deadline-Ms"] = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:111111111111:function:benchmark";
            await context.Response.WriteAsync(Invocation);
        }
        else
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            response.TrySetResult(path.EndsWith("/response", StringComparison.Ordinal) ? "" : body);
        }
    }
}
