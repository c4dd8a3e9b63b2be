using CentralAmp.Twin.Prometheus;
using CentralAmp.Twin.Tests.Prometheus;

[assembly: AssemblyFixture(typeof(Promtool))]

namespace CentralAmp.Twin.Tests.Prometheus;

/// <summary>Prometheus' own judge of configurations and rules, provisioned once for all tests.</summary>
public sealed class Promtool : IAsyncLifetime
{
    private PrometheusBinary binary = null!;

    public async ValueTask InitializeAsync() => binary = await new PrometheusProvisioning(
        PrivateFolder.Default, Console.Error.WriteLine, PrometheusProvisioning.Promtool).EnsureAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task AssertCleanAsync(params string[] arguments)
    {
        var (code, output) = await Command.RunAsync(binary.Path, arguments, TestContext.Current.CancellationToken);
        Assert.True(code == 0 && !output.Contains("WARNING", StringComparison.OrdinalIgnoreCase), output);
    }
}
