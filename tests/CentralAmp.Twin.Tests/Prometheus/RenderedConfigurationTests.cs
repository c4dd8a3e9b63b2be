namespace CentralAmp.Twin.Tests.Prometheus;

/// <summary>What the product renders, as it was reviewed (golden files of CentralAmp.Tests), before Prometheus' own judge.</summary>
public sealed class RenderedConfigurationTests(Promtool promtool) : IDisposable
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private readonly string folder = Directory.CreateTempSubdirectory("rendered-").FullName;

    public static TheoryData<string> Configurations =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Rendered"), "*.prometheus.golden.yml").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Promtool_finds_nothing_wrong_with_a_rendered_configuration(string name)
    {
        // promtool wants the files that a pod would have.
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "token", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.crt"), "", TestContext.Current.CancellationToken);
        var rendered = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Rendered", name), TestContext.Current.CancellationToken);
        var file = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            file, rendered.Replace(ServiceAccountFolder, folder, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await promtool.AssertCleanAsync("check", "config", file);
    }

    [Fact]
    public void Every_profile_in_every_trust_mode_was_checked_for_every_delivery_that_writes_a_configuration() =>
        Assert.Equal(2 * 3 * 2, Configurations.Count);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
