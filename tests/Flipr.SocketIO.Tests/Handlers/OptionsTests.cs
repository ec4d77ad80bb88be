using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>An application with impossible options does not start, and says which option it is.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, Action<SocketIOOptions>> Impossible => new()
    {
        { "PingInterval", o => o.PingInterval = TimeSpan.Zero },
        { "PingTimeout", o => o.PingTimeout = TimeSpan.FromSeconds(-1) },
        { "UpgradeTimeout", o => o.UpgradeTimeout = TimeSpan.FromDays(2) },
        { "ConnectTimeout", o => o.ConnectTimeout = System.Threading.Timeout.InfiniteTimeSpan },
        { "CloseTimeout", o => o.CloseTimeout = TimeSpan.Zero },
        { "MaxPayload", o => o.MaxPayload = 0 },
        { "MaxOutboundBytes", o => o.MaxOutboundBytes = 0 },
        { "MaxConnections", o => o.MaxConnections = -1 },
        { "MaxConnectionsPerClient", o => o.MaxConnectionsPerClient = 0 },
        { "MaxAttachments", o => o.MaxAttachments = -1 },
        { "MaxJsonDepth", o => o.MaxJsonDepth = 0 },
        { "MaxNamespacesPerConnection", o => o.MaxNamespacesPerConnection = 0 },
        { "MaxNamespaces", o => o.MaxNamespaces = 0 },
        { "MaxRoomsPerSocket", o => o.MaxRoomsPerSocket = -1 },
        { "MaxPendingAcks", o => o.MaxPendingAcks = 0 },
        { "MaxRunningHandlers", o => o.MaxRunningHandlers = 0 },
        { "HttpCompressionThreshold", o => o.HttpCompressionThreshold = -1 },
        { "Transports", o => o.Transports = 0 },
        { "Transports", o => o.Transports = (SocketIOTransports)4 },
        { "Cookie", o => o.Cookie = new CookieBuilder() },
        { "AllowCredentials", o => AllowEveryone(o.Cors) },
        { "Cors.Origins holds 'app.example.com'", o => o.Cors.Origins.Add("app.example.com") },
        { "Cors.Origins holds 'https://example.com/path'", o => o.Cors.Origins.Add("https://example.com/path") },
        { "Cors.Origins holds 'https://example.com/'", o => o.Cors.Origins.Add("https://example.com/") },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task An_impossible_option_stops_the_start_with_a_message_that_names_it(string named, Action<SocketIOOptions> impossible)
    {
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(impossible));

        Assert.Contains(named, Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_impossible_option_is_named_at_once()
    {
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(o =>
        {
            o.MaxPayload = 0;
            o.MaxConnections = 0;
        }));

        Assert.Equal(2, exception.Failures.Count());
    }

    [Fact]
    public Task Unusual_options_that_are_possible_are_taken() => StartAsync(o =>
    {
        o.MaxAttachments = 0;
        o.MaxRoomsPerSocket = 0;
        o.PingInterval = TimeSpan.FromMilliseconds(1);
        o.HttpCompressionThreshold = null;
        o.Cors.Origins.Add("https://*.example.com");
        o.Cors.Origins.Add("http://localhost:5173");
        o.Cors.AllowCredentials = true;
    });

    private static void AllowEveryone(SocketIOCorsOptions cors)
    {
        cors.Origins.Add("*");
        cors.AllowCredentials = true;
    }

    private static async Task StartAsync(Action<SocketIOOptions> options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSocketIO(options);
        await using WebApplication app = builder.Build();
        app.MapSocketIO();
        await app.StartAsync();
        await app.StopAsync();
    }
}
