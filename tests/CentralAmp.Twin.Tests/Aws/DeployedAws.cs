using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Tls;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>The twin's AWS with the real templates, state machines and functions; of the clusters only what EKS knows.</summary>
public sealed class DeployedAws : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("twin-deployed-").FullName;
    private readonly TwinCertificateAuthority authority;
    private AwsTwin? twin;

    private DeployedAws() => authority = new TwinCertificateAuthority("twin tests", folder, TimeProvider.System);

    public AwsTwin Twin => twin!;

    public CallLog Calls { get; } = new();

    /// <param name="parameters">Of the hub, beside quick polls.</param>
    /// <param name="options">Changes to a hub with one member, in one region.</param>
    public static async Task<DeployedAws> StartAsync(Func<AwsTwinOptions, AwsTwinOptions>? options = null, params (string Name, string Value)[] parameters)
    {
        var deployed = new DeployedAws();
        var quick = new Dictionary<string, string> { ["ActivePollSeconds"] = "1", ["SettleIntervalSeconds"] = "1", ["LeaseIntervalSeconds"] = "1" };
        foreach (var (name, value) in parameters)
            quick[name] = value;
        var plain = new AwsTwinOptions { RunFolder = deployed.folder, HubParameters = quick };
        deployed.twin = await AwsTwin.StartAsync(
            options?.Invoke(plain) ?? plain, new FakeClusters(), deployed.Calls, deployed.authority,
            _ => throw new InvalidOperationException("no workspace here"), TimeProvider.System, CancellationToken.None);
        return deployed;
    }

    public async ValueTask DisposeAsync()
    {
        if (twin is not null)
            await twin.DisposeAsync();
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
