using CentralAmp.Twin.Prometheus;
using CentralAmp.Twin.Tests.Prometheus;

[assembly: AssemblyFixture(typeof(PrometheusFixture))]

namespace CentralAmp.Twin.Tests.Prometheus;

/// <summary>The Prometheus of this machine, provisioned once for all tests as the twin itself does it.</summary>
public sealed class PrometheusFixture : IAsyncLifetime
{
    public PrometheusBinary Binary { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Binary = await new PrometheusProvisioning(PrivateFolder.Default, Console.Error.WriteLine).EnsureAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
