using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Packets that cannot be parsed, or that a client may not send. How they travelled makes no difference to their reader.</summary>
public abstract class MalformedPacketTests(Route route) : WireTest(route)
{
    public sealed class OverWebSocket() : MalformedPacketTests(Route.Raw1);

    public sealed class OverPolling() : MalformedPacketTests(Route.Polling1);

    [Theory]
    [InlineData("4")]
    [InlineData("4x")]
    [InlineData("47")]
    [InlineData("48[\"x\"]")]
    [InlineData("4 2[\"x\"]")]
    [InlineData("42")]
    [InlineData("42[]")]
    [InlineData("42{}")]
    [InlineData("42\"x\"")]
    [InlineData("42null")]
    [InlineData("42[null]")]
    [InlineData("42[{}]")]
    [InlineData("42[true]")]
    [InlineData("42[\"x\"")]
    [InlineData("42[\"x\"]]")]
    [InlineData("42[\"x\"]y")]
    [InlineData("42[\"x\",]")]
    [InlineData("42[\"x\",undefined]")]
    [InlineData("42['x']")]
    [InlineData("42[\"x\",01]")]
    [InlineData("42[\"x\",NaN]")]
    [InlineData("42[\"x\",\"\\q\"]")]
    [InlineData("42[\"x\",\"a\nb\"]")]
    [InlineData("42/admin")]
    [InlineData("42/admin[\"x\"]")]
    [InlineData("42admin,[\"x\"]")]
    [InlineData("42-1[\"x\"]")]
    [InlineData("421.5[\"x\"]")]
    [InlineData("42 1[\"x\"]")]
    [InlineData("42+1[\"x\"]")]
    [InlineData("421e3[\"x\"]")]
    [InlineData("43")]
    [InlineData("430")]
    [InlineData("430{}")]
    [InlineData("41{}")]
    [InlineData("41[]")]
    public async Task A_packet_that_cannot_be_parsed_closes_the_whole_connection(string packet)
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync(packet);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task JSON_deeper_than_the_option_allows_closes_the_connection(string open, string close)
    {
        WireServer server = await StartAsync(o => o.MaxJsonDepth = 16);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42[\"deep\",{string.Concat(Enumerable.Repeat(open, 16))}1{string.Concat(Enumerable.Repeat(close, 16))}]");

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task JSON_as_deep_as_the_option_allows_is_heard()
    {
        WireServer server = await StartAsync(o => o.MaxJsonDepth = 16);
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("deep", (JsonData _) => heard.Add("deep")));
        EngineClient client = await JoinAsync(server);

        // The event's own array is the first level.
        await client.SendAsync($"42[\"deep\",{new string('[', 15)}{new string(']', 15)}]");

        Assert.Equal("deep", await heard.NextAsync());
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("connect_error")]
    [InlineData("disconnect")]
    [InlineData("disconnecting")]
    [InlineData("newListener")]
    [InlineData("removeListener")]
    public async Task A_reserved_event_name_from_a_client_closes_the_connection(string name)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42[\"{name}\",1]");

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_reserved_event_name_hidden_behind_escapes_is_refused_too()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"dis\\u0063onnect\"]");

        await client.ReceiveEndAsync();
    }

    [Theory]
    [InlineData("4511-[\"x\"]")]
    [InlineData("4599999999999999999999-[\"x\"]")]
    [InlineData("450-[\"x\"]")]
    [InlineData("45-[\"x\"]")]
    [InlineData("45[\"x\"]")]
    [InlineData("451[\"x\"]")]
    [InlineData("45-1-[\"x\"]")]
    [InlineData("45+1-[\"x\"]")]
    [InlineData("451.0-[\"x\"]")]
    [InlineData("451e0-[\"x\"]")]
    [InlineData("450x1-[\"x\"]")]
    [InlineData("45 1-[\"x\"]")]
    [InlineData("45a-[\"x\"]")]
    [InlineData("451-")]
    [InlineData("451-{}")]
    [InlineData("451-[]")]
    [InlineData("451-[\"disconnect\"]")]
    [InlineData("46")]
    [InlineData("460-0[]")]
    public async Task An_attachment_count_or_header_that_is_not_legal_closes_the_connection(string packet)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        // A header that could be legal so far is judged when its attachment is there.
        await client.SendAsync(packet, new byte[] { 1 });

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("\"0\"")]
    [InlineData("null")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    public async Task A_placeholder_out_of_range_closes_the_connection(string number)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("x", (JsonData _) => heard.Add("x")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"451-[\"x\",{{\"_placeholder\":true,\"num\":{number}}}]", new byte[] { 1 });

        await client.ReceiveEndAsync();
        Assert.Empty(heard.All);
    }

    [Fact]
    public async Task A_placeholder_without_a_number_closes_the_connection()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"x\",{\"a\":[{\"_placeholder\":true}]}]", new byte[] { 1 });

        await client.ReceiveEndAsync();
    }

    [Theory]
    [InlineData("40\"token\"")]
    [InlineData("40[]")]
    [InlineData("40null")]
    [InlineData("401")]
    [InlineData("40{")]
    [InlineData("40{}{}")]
    [InlineData("40/nope,[]")]
    public async Task A_CONNECT_whose_auth_is_no_object_closes_the_connection(string packet)
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);

        await client.SendAsync(packet);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("44")]
    [InlineData("44{\"message\":\"x\"}")]
    [InlineData("44\"x\"")]
    [InlineData("44/nope,{\"message\":\"x\"}")]
    public async Task A_CONNECT_ERROR_from_a_client_closes_the_whole_connection(string packet)
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await client.ReceiveEndAsync();
        Assert.Equal("forced server close", await closed.NextAsync());
    }

    [Theory]
    [InlineData("42[\"x\"]")]
    [InlineData("430[]")]
    public async Task Anything_but_CONNECT_as_the_first_packet_closes_the_connection(string packet)
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);

        await client.SendAsync(packet);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }
}
