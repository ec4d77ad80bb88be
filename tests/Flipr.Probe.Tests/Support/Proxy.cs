using System.Globalization;

namespace Flipr.Probe.Tests.Support;

/// <summary>An nginx before Socket.IO servers, right but for what a test takes away.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    /// <summary>What a WebSocket needs.</summary>
    public const string Upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";";

    private readonly Nginx _nginx;

    private Proxy(Nginx nginx, int port)
    {
        _nginx = nginx;
        Port = port;
    }

    public int Port { get; }

    public string Authority => $"127.0.0.1:{Port}";

    /// <summary>Starts one; skips the test where there is no nginx.</summary>
    /// <param name="location">What its location holds besides <c>proxy_pass</c>.</param>
    /// <param name="servers">The ports of those behind it.</param>
    public static Task<Proxy> StartAsync(string location, params int[] servers) => StartAsync("", "live", location, servers);

    /// <summary>Starts one that keeps a client on its server by a cookie; skips the test where there is no nginx.</summary>
    public static Task<Proxy> StartStickyAsync(int one, int other) => StartAsync(
        string.Create(CultureInfo.InvariantCulture, $$"""
            map $cookie_route $target { one 127.0.0.1:{{one}}; other 127.0.0.1:{{other}}; default live; }
            map $upstream_addr $route { 127.0.0.1:{{one}} one; default other; }
            """),
        "$target", Upgrade + " add_header Set-Cookie \"route=$route; Path=/\";", one, other);

    private static async Task<Proxy> StartAsync(string maps, string target, string location, params int[] servers)
    {
        Tools.RequireNginx();
        int port = Ports.Free();
        string upstream = string.Concat(servers.Select(server => string.Create(CultureInfo.InvariantCulture, $"server 127.0.0.1:{server} max_fails=0; ")));
        return new Proxy(
            await Nginx.StartNewAsync(string.Create(CultureInfo.InvariantCulture, $$"""
                log_format test "$status $request";
                {{maps}}
                upstream live { {{upstream}} }
                server {
                  listen 127.0.0.1:{{port}};
                  client_max_body_size 2m;
                  location / { proxy_pass http://{{target}}; proxy_http_version 1.1; {{location}} }
                }
                """)), port);
    }

    public ValueTask DisposeAsync() => _nginx.DisposeAsync();
}
