using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The server's own pages, as a proxy forwards their requests that ends TLS in front of it.</summary>
public sealed class ProxiedOriginTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("https://localhost", true)]
    [InlineData("https://localhost:443", true)]
    [InlineData("https://localhost:8443", false)]
    [InlineData("https://evil.example.org", false)]
    [InlineData("ftp://localhost", false)]
    public async Task Where_only_TLS_tells_a_refused_page_from_the_server_the_log_names_the_proxy(string origin, bool isHinted)
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("https://app.example.com"));

        (await WebSocketWire.RefusedAsync(server, WebSocketWire.Query, $"Origin: {origin}")).ShouldBeError(403, 4, "Forbidden");

        LogEntry entry = await server.Log.ContainsAsync($"origin {origin} is not allowed (option Cors.Origins)");
        Assert.Equal(2, entry.Id.Id);
        Assert.Equal(isHinted, entry.Message.Contains("ASPNETCORE_FORWARDEDHEADERS_ENABLED=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_forwarded_headers_they_pass()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            App = app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto }),
        });

        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, "Origin: https://localhost", "X-Forwarded-Proto: https");

        OpenPacket.Parse(await socket.ReceiveTextAsync());
    }
}
