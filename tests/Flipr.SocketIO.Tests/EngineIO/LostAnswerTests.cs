using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>An answer to a poll that could not be written has lost its messages: the session ends rather than going on with a gap.</summary>
public abstract class LostAnswerTests(Route route) : WireTest(route)
{
    private const string Broken = "X-Broken";

    public sealed class OverHttp() : LostAnswerTests(Route.Polling1);

    public sealed class OverHttp2() : LostAnswerTests(Route.Polling2);

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_body_that_throws_ends_the_session(string? encoding)
    {
        (WireServer server, PollingClient http, string sid, Heard<string> reasons) = await JoinedAsync();
        await server.IO.EmitAsync("news", new string('x', 5_000));
        List<(string, string)> headers = [(Broken, "1")];
        if (encoding is not null)
        {
            headers.Add(("Accept-Encoding", encoding));
        }

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, [.. headers]);

        Assert.Equal(500, answer.Status);
        Assert.Equal("transport error", await reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_close_that_could_not_be_written_ends_the_session_too()
    {
        (WireServer server, PollingClient http, string sid, Heard<string> reasons) = await JoinedAsync();
        await server.IO.DisconnectSocketsAsync(close: true);
        (await http.GetAsync(sid)).ShouldBePackets("41");

        await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, (Broken, "1"));

        Assert.Equal("server namespace disconnect", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    private async Task<(WireServer Server, PollingClient Http, string Sid, Heard<string> Reasons)> JoinedAsync()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(new WireServerSetup
        {
            App = app => app.Use((context, next) =>
            {
                if (context.Request.Headers.ContainsKey(Broken))
                {
                    IHttpResponseBodyFeature body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                    context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new BrokenStream(), body));
                }

                return next(context);
            }),
        });
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        return (server, http, await http.JoinAsync(), reasons);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidTimeZoneException("the application's stream");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new InvalidTimeZoneException("the application's stream");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new InvalidTimeZoneException("the application's stream");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidTimeZoneException("the application's stream");
    }
}
