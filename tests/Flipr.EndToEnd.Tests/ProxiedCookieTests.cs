using System.Net;
using System.Text.Json;
using Flipr.EndToEnd.Tests.Support;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.EndToEnd.Tests;

/// <summary>What the Socket.IO server itself knows of a connection behind the proxies. Flipr sets no cookie, so this is an application that does.</summary>
public sealed class ProxiedCookieTests
{
    [Fact]
    public async Task The_sessions_cookie_is_secure_and_the_handshake_tells_of_the_client()
    {
        await using Rehearsal render = await Rehearsal.StartProxiesAsync();
        var connected = new TaskCompletionSource<Handshake>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebApplication app = await StartAsync(render, connected);
        using HttpClient client = render.NewClient(render.Client);
        client.DefaultRequestHeaders.Add("Cookie", "of=the user");

        (string path, string cookie) = await OpenAsync(client);
        using HttpResponseMessage joined = await client.PostAsync(path, new StringContent("40"), TestContext.Current.CancellationToken);
        Handshake handshake = await connected.Task.Within(() => "the connection");

        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((true, render.Client, "of=the user"), (handshake.IsSecure, handshake.Address!.MapToIPv4(), handshake.Headers.Cookie.ToString()));
        Assert.Equal(render.Proxy.NamedAddress.Authority, handshake.Headers.Host.ToString());

        // Not because it always is: without the edge it is not.
        using HttpClient direct = render.NewDirectClient(render.Stranger);
        Assert.DoesNotContain("secure", (await OpenAsync(direct)).Cookie, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<WebApplication> StartAsync(Rehearsal render, TaskCompletionSource<Handshake> connected)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(render.Instance.ToString());
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = 2;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
        });
        builder.Services.AddSocketIO(options =>
        {
            options.Cookie = SocketIOOptions.CreateCookie();
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        WebApplication app = builder.Build();
        app.UseForwardedHeaders();
        app.Services.GetRequiredService<SocketIOServer>().OnConnection(socket => connected.TrySetResult(socket.Handshake));
        app.MapSocketIO();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Opens a polling session: the path of its requests, and the cookie that came with it.</summary>
    private static async Task<(string Path, string Cookie)> OpenAsync(HttpClient client)
    {
        const string Path = "/socket.io/?EIO=4&transport=polling";
        using HttpResponseMessage answer = await client.GetAsync(Path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        string packet = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var open = JsonDocument.Parse(packet[1..]);
        return ($"{Path}&sid={open.RootElement.GetProperty("sid").GetString()}", Assert.Single(answer.Headers.GetValues("Set-Cookie")));
    }
}
