using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Acks both ways.</summary>
public abstract class AckTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : AckTests(Route.Raw1);

    public sealed class OverFallbackPath() : AckTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : AckTests(Route.RawTls1);

    public sealed class OverHttp2() : AckTests(Route.WebSocket2);

    public sealed class OverPolling() : AckTests(Route.Polling1);

    [Theory]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("2147483648")]
    [InlineData("4294967296")]
    [InlineData("9007199254740993")]
    public async Task An_event_with_an_id_is_acknowledged_with_that_id_never_rewritten(string id)
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask", (string text, Ack ack) => ack.SendAsync(text, 1)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42{id}[\"ask\",\"hi\"]");

        await client.ShouldReceiveAsync($"43{id}[\"hi\",1]");
    }

    [Theory]
    [InlineData("007")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999")]
    public async Task An_id_that_the_server_cannot_keep_as_it_is_closes_the_connection_rather_than_being_rewritten(string id)
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask", (Ack ack) => ack.SendAsync()));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42{id}[\"ask\"]");

        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task An_ack_in_a_namespace_carries_it()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin").OnConnection(socket => socket.On("ask", (Ack ack) => ack.SendAsync("yes")));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("42/admin,12[\"ask\"]");

        await client.ShouldReceiveAsync("43/admin,12[\"yes\"]");
    }

    [Fact]
    public async Task An_ack_is_sent_once_however_often_the_handler_sends_it()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask", async (Ack ack) =>
        {
            await ack.SendAsync("first");
            await ack.SendAsync("second");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("425[\"ask\"]");

        await client.ShouldReceiveAsync("435[\"first\"]");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task An_event_without_an_id_is_never_acknowledged()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<bool>("whether an ack was requested");
        server.IO.OnConnection(socket => socket.On("ask", async (Ack ack) =>
        {
            heard.Add(ack.IsRequested);
            await ack.SendAsync("nobody asked");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"ask\"]");

        Assert.False(await heard.NextAsync());
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task The_same_id_may_be_used_again_by_the_client()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("420[\"barrier\"]", "420[\"barrier\"]");

        await client.ShouldReceiveAsync("430[]", "430[]");
    }

    [Fact]
    public async Task A_handler_that_throws_tells_the_asker_nothing()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask", (Ack _) => throw new InvalidOperationException("secret")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("420[\"ask\"]");

        await client.ShouldHaveNothingElseAsync();
    }

    [Theory]
    [InlineData("430[\"x\"]")]
    [InlineData("437[]")]
    [InlineData("4318446744073709551615[]")]
    public async Task An_ack_that_nobody_waits_for_is_ignored(string ack)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(ack);

        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task An_ack_may_carry_binary_to_the_client()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask", (Ack ack) => ack.SendAsync("b", new byte[] { 1, 2, 3 })));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("423[\"ask\"]");

        await client.ShouldReceiveAsync("461-3[\"b\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1, 2, 3 });
    }
}
