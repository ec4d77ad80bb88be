using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A WebSocket that the connection cannot become holds no place.</summary>
public abstract class GivenBackUpgradeTests(Route route) : WireTest(route)
{
    private const string Good = "X-Good";

    public sealed class OverHttp() : GivenBackUpgradeTests(Route.Raw1);

    public sealed class OverHttp2() : GivenBackUpgradeTests(Route.WebSocket2);

    [Fact]
    public async Task When_the_upgrade_throws()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(new WireServerSetup
        {
            Options = o => o.MaxConnections = 1,
            App = app => app.Use((context, next) =>
            {
                if (!context.Request.Headers.ContainsKey(Good))
                {
                    context.Features.Set<IHttpUpgradeFeature>(new BrokenUpgrade(context.Features.Get<IHttpUpgradeFeature>()));
                    context.Features.Set<IHttpExtendedConnectFeature>(new BrokenConnect(context.Features.Get<IHttpExtendedConnectFeature>()));
                }

                return next(context);
            }),
        });

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(500, (await WebSocketWire.RefusedAsync(server)).Status);
        }

        Assert.Equal(0, server.IO.ConnectionCount);
        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, $"{Good}: 1");
        Assert.StartsWith("0{", await socket.ReceiveTextAsync(), StringComparison.Ordinal);
    }

    private sealed class BrokenUpgrade(IHttpUpgradeFeature? inner) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner?.IsUpgradableRequest == true;

        public Task<Stream> UpgradeAsync() => throw new InvalidTimeZoneException("the application's feature");
    }

    private sealed class BrokenConnect(IHttpExtendedConnectFeature? inner) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner?.IsExtendedConnect == true;

        public string? Protocol => inner?.Protocol;

        public ValueTask<Stream> AcceptAsync() => throw new InvalidTimeZoneException("the application's feature");
    }
}
