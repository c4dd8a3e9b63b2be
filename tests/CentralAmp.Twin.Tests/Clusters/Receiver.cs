using System.Text.Json;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>A real Prometheus that takes remote write without asking who sends.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("twin-receiver-").FullName;
    private readonly WorkspaceBackend backend;
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private Uri address = null!;

    private Receiver(PrometheusBinary prometheus) => backend = new WorkspaceBackend(prometheus, folder);

    public Uri Url => new(address, "api/v1/write");

    public static async Task<Receiver> StartAsync(PrometheusBinary prometheus)
    {
        var receiver = new Receiver(prometheus);
        receiver.address = await receiver.backend.ForWorkspaceAsync("ws");
        return receiver;
    }

    /// <summary>How many series match.</summary>
    public async Task<int> CountAsync(string selector)
    {
        var query = new Uri(address, $"api/v1/query?query={Uri.EscapeDataString($"count({selector})")}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(query, TestContext.Current.CancellationToken));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? 0 : int.Parse(result[0].GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await backend.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
