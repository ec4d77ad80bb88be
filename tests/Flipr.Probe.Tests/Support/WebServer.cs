using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.Probe.Tests.Support;

/// <summary>An ASP.NET Core application on a free port of the loopback, in the test's own process.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebServer(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public string Authority => $"127.0.0.1:{Port}";

    /// <summary>Starts one with a Socket.IO server of ours, heartbeats every second.</summary>
    /// <param name="certificate">For TLS; null: without.</param>
    /// <param name="origin">The one origin whose pages may use it, with credentials; null: none.</param>
    public static Task<WebServer> StartSocketIOAsync(X509Certificate2? certificate = null, string? origin = null) => StartAsync(
        app => app.MapSocketIO(),
        services => services.AddSocketIO(options =>
        {
            options.PingInterval = TimeSpan.FromSeconds(1);
            if (origin is not null)
            {
                options.Cors.Origins.Add(origin);
                options.Cors.AllowCredentials = true;
            }
        }),
        certificate);

    /// <summary>Starts one.</summary>
    /// <param name="map">What it answers.</param>
    /// <param name="add">What that needs.</param>
    /// <param name="certificate">For TLS; null: without.</param>
    public static async Task<WebServer> StartAsync(Action<WebApplication> map, Action<IServiceCollection>? add = null, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        add?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
