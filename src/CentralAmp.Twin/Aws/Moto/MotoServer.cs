using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CentralAmp.Twin.Aws.Deployment;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Aws.Moto;

/// <summary>
/// moto behind the gateway. moto checks no permissions and trusts the account in the request, so only the gateway and the
/// twin itself may call it.
/// </summary>
public sealed class MotoServer : IAsyncDisposable
{
    private const string Package = "twin_moto";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly HttpClient http;

    private MotoServer(ChildProcess process, HttpClient http)
    {
        this.process = process;
        this.http = http;
    }

    /// <param name="organization">Accounts of each organizational unit.</param>
    /// <exception cref="InvalidOperationException">moto did not come up; the message has the end of its log.</exception>
    public static async Task<MotoServer> StartAsync(
        Python python, string folder, Uri gateway, string secret, CancellationToken cancellationToken, IReadOnlyDictionary<string, IReadOnlyList<string>>? organization = null)
    {
        EmbeddedFiles.UnpackPackage(Package, folder);
        var portFile = Path.Combine(folder, "moto.port");
        var process = ChildProcess.Start(new ChildProcessStart(
            python.Executable, ["-m", Package, portFile], Path.Combine(folder, "moto.log"))
        {
            Without = PythonEnvironment.Without,
            Environment = PythonEnvironment.With(
                ("PYTHONPATH", folder),
                ("TWIN_GATEWAY", gateway.ToString().TrimEnd('/')),
                ("TWIN_SECRET", secret),
                ("TWIN_ORGANIZATION", JsonSerializer.Serialize(organization ?? new Dictionary<string, IReadOnlyList<string>>()))),
        });

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!File.Exists(portFile))
        {
            if (process.HasExited || limit.IsCancellationRequested)
            {
                await process.DisposeAsync();
                cancellationToken.ThrowIfCancellationRequested();
                throw new InvalidOperationException($"moto did not start:\n{process.Tail()}");
            }

            await Task.Delay(20, cancellationToken);
        }

        var port = int.Parse(await File.ReadAllTextAsync(portFile, cancellationToken), CultureInfo.InvariantCulture);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        return new MotoServer(process, new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) });
    }

    /// <summary>Sends a request to a service of moto as an account.</summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, string service, string accountId, string region, CancellationToken cancellationToken)
    {
        // moto takes service and region from the scope of the signature, which it does not check.
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential=AKIATWIN000000000000/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0");
        request.Headers.TryAddWithoutValidation("x-moto-account-id", accountId);
        return http.SendAsync(request, cancellationToken);
    }

    /// <summary>Calls a service with a JSON protocol.</summary>
    /// <param name="target">E.g. <c>AWSStepFunctions.ListExecutions</c>.</param>
    /// <exception cref="AwsException">The service's own refusal.</exception>
    public Task<JsonElement> CallAsync(string service, string target, string accountId, object body, CancellationToken cancellationToken) =>
        CallAsync(service, target, accountId, TwinAccounts.HomeRegion, body, cancellationToken);

    /// <inheritdoc cref="CallAsync(string, string, string, object, CancellationToken)"/>
    public async Task<JsonElement> CallAsync(string service, string target, string accountId, string region, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("X-Amz-Target", target);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        using var response = await SendAsync(request, service, accountId, region, cancellationToken);
        return await ReadAsync(response, target, cancellationToken);
    }

    /// <summary>Reads a REST resource; null if it is not there.</summary>
    public async Task<JsonElement?> GetAsync(string service, string path, string accountId, string region, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, service, accountId, region, cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await ReadAsync(response, path, cancellationToken);
    }

    /// <summary>IAM of an account, as it is now.</summary>
    public async Task<IamSnapshot> ReadIamAsync(string accountId, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri($"/_twin/iam?{accountId}", UriKind.Relative), cancellationToken));
        return IamReader.Read(document.RootElement);
    }

    /// <summary>Policies of event buses by the ARN of the bus.</summary>
    public async Task<IReadOnlyDictionary<string, PolicyDocument>> ReadBusPoliciesAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("/_twin/bus-policies", UriKind.Relative), cancellationToken));
        return document.RootElement.EnumerateArray().ToDictionary(
            bus => bus.GetProperty("arn").GetString()!, bus => PolicyDocument.Parse(bus.GetProperty("policy")));
    }

    /// <summary>Every stack of every account and region.</summary>
    public async Task<IReadOnlyList<StackDescription>> ReadStacksAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("/_twin/stacks", UriKind.Relative), cancellationToken));
        return [.. document.RootElement.EnumerateArray().Select(StackDescription.Read)];
    }

    /// <summary>Schedules of stacks; nothing fires them by itself.</summary>
    public async Task<IReadOnlyList<TwinSchedule>> ReadSchedulesAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("/_twin/schedules", UriKind.Relative), cancellationToken));
        return [.. document.RootElement.EnumerateArray().Select(schedule => new TwinSchedule(
            schedule.GetProperty("arn").GetString()!,
            schedule.GetProperty("target").GetProperty("Arn").GetString()!,
            schedule.GetProperty("target").GetProperty("RoleArn").GetString()!,
            schedule.GetProperty("target").TryGetProperty("Input", out var input) ? input.GetString()! : "{}"))];
    }

    /// <summary>All executions of a state machine, in the order in which they started.</summary>
    public Task<JsonElement> ReadExecutionsAsync(string stateMachineArn, CancellationToken cancellationToken) => LookAsync("executions", stateMachineArn, cancellationToken);

    public Task<JsonElement> ReadExecutionAsync(string executionArn, CancellationToken cancellationToken) => LookAsync("execution", executionArn, cancellationToken);

    /// <summary>The events of an execution so far.</summary>
    public Task<JsonElement> ReadHistoryAsync(string executionArn, CancellationToken cancellationToken) => LookAsync("history", executionArn, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }

    private async Task<JsonElement> LookAsync(string what, string arn, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri($"/_twin/{what}?{Uri.EscapeDataString(arn)}", UriKind.Relative), cancellationToken));
        return document.RootElement.Clone();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new AwsException((int)response.StatusCode, "ServiceFailure", $"{what}: {text}");

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

/// <summary>A schedule of EventBridge Scheduler.</summary>
/// <param name="TargetArn">What it starts, in the role that it was given.</param>
/// <param name="Input">JSON.</param>
public sealed record TwinSchedule(string Arn, string TargetArn, string RoleArn, string Input);
