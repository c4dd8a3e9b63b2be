using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Twin;

/// <summary>A small HTTP server on a free port of 127.0.0.1.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private LoopbackServer(WebApplication application, IReadOnlyList<Uri> addresses)
    {
        this.application = application;
        Addresses = addresses;
    }

    /// <summary>Addresses in the order of the listeners.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    public static async Task<LoopbackServer> StartAsync(RequestDelegate handle, CancellationToken cancellationToken, params Action<ListenOptions>[] listeners)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, TwinLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            foreach (var listener in listeners is [] ? [_ => { }] : listeners)
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, 0, options =>
                {
                    options.Protocols = HttpProtocols.Http1;
                    listener(options);
                });
            }
        });
        if (listeners is not [])
            builder.WebHost.UseKestrelHttpsConfiguration();

        var application = builder.Build();
        application.Run(handle);
        await application.StartAsync(cancellationToken);
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new LoopbackServer(application, [.. addresses.Select(address => new Uri(address))]);
    }

    public async ValueTask DisposeAsync()
    {
        // Long polls do not end by themselves, so the shutdown does not wait for them.
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }

    // The default lifetime handles Ctrl-C and SIGTERM; here the program handles them.
    private sealed class TwinLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
