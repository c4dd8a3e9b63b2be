using System.Diagnostics;
using System.Text.Json;
using CentralAmp.Failures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Functions.Tests;

/// <summary>Runs the functions as Lambda does: as a separate process behind the Runtime API.</summary>
public sealed class ProcessTests
{
    /// <summary>The output of its own build: the copy beside the tests lacks assemblies that are part of ASP.NET Core.</summary>
    private static readonly string Functions = Path.Combine(
        AppContext.BaseDirectory.Replace("tests/CentralAmp.Functions.Tests", "src/CentralAmp.Functions", StringComparison.Ordinal), "CentralAmp.Functions.dll");

    private static readonly string Input = $$$"""
        {"execution":{"id":"{{{Hub.Execution.Id}}}","startedAt":"2026-01-02T03:04:05Z"},"input":{"clusterArn":"{{{Hub.Cluster.Arn}}}"}}
        """;

    [Fact]
    public async Task A_result_is_posted_in_camel_case()
    {
        var (path, body) = await InvokeAsync(Input);

        Assert.EndsWith("/response", path, StringComparison.Ordinal);
        Assert.Equal("blue", body.GetProperty("cluster").GetProperty("name").GetString());
        Assert.False(body.GetProperty("dryRun").GetBoolean());
    }

    [Fact]
    public async Task An_error_leaves_with_the_type_name_that_the_state_machine_matches_and_the_message_that_RecordOutcome_reads()
    {
        var (path, body) = await InvokeAsync(Input.Replace(":eks:", ":s3:", StringComparison.Ordinal));

        Assert.EndsWith("/error", path, StringComparison.Ordinal);
        Assert.Equal("BlockedException", body.GetProperty("errorType").GetString());
        Assert.Matches("^ClusterArnInvalid: .+ Remedy: .+$", body.GetProperty("errorMessage").GetString());
    }

    private static async Task<(string Path, JsonElement Body)> InvokeAsync(string payload)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var answer = new TaskCompletionSource<(string, JsonElement)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await StartRuntimeApiAsync(payload, answer);

        using var process = Start(new Uri(api.Urls.Single()));
        try
        {
            var exited = process.WaitForExitAsync(cancellation);
            await Task.WhenAny(answer.Task, exited).WaitAsync(TimeSpan.FromSeconds(60), cancellation);
            Assert.True(answer.Task.IsCompleted, exited.IsCompleted ? await process.StandardError.ReadToEndAsync(cancellation) : "no answer");
            return await answer.Task;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process Start(Uri api)
    {
        var start = new ProcessStartInfo("dotnet", [Functions])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Hub.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ANNOTATIONS_HANDLER"] = "ResolveCluster";
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = api.Authority;
        return Process.Start(start)!;
    }

    private static async Task<WebApplication> StartRuntimeApiAsync(string payload, TaskCompletionSource<(string Path, JsonElement Body)> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var handedOut = 0;
        app.Run(async http =>
        {
            if (http.Request.Method == HttpMethods.Get)
            {
                if (Interlocked.Exchange(ref handedOut, 1) == 1)
                {
                    await Task.Delay(Timeout.Infinite, http.RequestAborted);
                }

                http.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = "request-1";
                http.Response.Headers["Lambda-Runtime-Deadline-Ms"] = $"{TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds()}";
                http.Response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:111111111111:function:f";
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(payload);
                return;
            }

            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            answer.TrySetResult((http.Request.Path, body.RootElement.Clone()));
        });
        await app.StartAsync();
        return app;
    }
}
