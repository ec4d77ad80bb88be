using System.Text;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>Packets made to break a parser.</summary>
public abstract class PacketTests(Route route) : HostileTest(route)
{
    public sealed class OverRawPath() : PacketTests(Route.Raw1);

    public sealed class OverPolling() : PacketTests(Route.Polling1);

    [Theory]
    [InlineData("42[\"x\",", "[", "]")]
    [InlineData("42[\"x\",", "{\"a\":", "}")]
    [InlineData("430[", "[", "]")]
    [InlineData("40/admin,{\"a\":", "[", "]")]
    [InlineData("40/admin,{\"a\":", "{\"a\":", "}")]
    public async Task JSON_a_hundred_thousand_levels_deep_closes_the_connection(string before, string open, string close)
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        server.IO.Of("/admin");
        EngineClient attacker = await JoinAsync(server);
        string after = before.Contains('{', StringComparison.Ordinal) ? "}" : "]";

        await attacker.SendAsync(before + Repeat(open) + "1" + Repeat(close) + after);

        Assert.Equal("parse error", await closed.NextAsync());
        await attacker.ReceiveEndAsync();

        static string Repeat(string s) => new StringBuilder().Insert(0, s, 100_000).ToString();
    }

    [Fact]
    public async Task A_JSON_document_that_never_closes_its_brackets_closes_the_connection()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync("42[\"x\"," + new string('[', 500_000));

        Assert.Equal("parse error", await closed.NextAsync());
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public async Task A_namespace_with_a_very_long_name_is_refused_or_closes_the_connection(int length)
    {
        (WireServer server, _) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync($"40/{new string('n', length)},");

        await RefusedOrClosedAsync(attacker, "44/nnn");
    }

    [Fact]
    public async Task A_namespace_of_two_byte_letters_as_long_as_its_limit_in_letters_is_refused_or_closes_the_connection()
    {
        (WireServer server, _) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync($"40/{new string('ü', 256)},");

        await RefusedOrClosedAsync(attacker, "44/üüü");
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(500_000)]
    public async Task An_event_with_a_very_long_name_is_an_event_that_nobody_handles(int length)
    {
        (WireServer server, _) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync($"42[\"{new string('e', length)}\",1]");

        await attacker.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task An_event_name_made_of_escapes_is_read_whole()
    {
        (WireServer server, _) = await StartAttackedAsync();
        var heard = new Heard<int>("events");
        string name = new('€', 300);
        server.IO.OnConnection(socket => socket.On(name, (int n) => heard.Add(n)));
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync($"42[\"{new StringBuilder().Insert(0, "\\u20ac", 300)}\",5]");

        Assert.Equal(5, await heard.NextAsync());
    }

    [Theory]
    [InlineData("42[\"x\",\"\\ud800\"]")]
    [InlineData("42[\"\\udc00\"]")]
    [InlineData("421[\"\\ud800x\"]")]
    [InlineData("42[\"s\",\"\\ud800\"]")]
    [InlineData("42[\"s\",{}]")]
    [InlineData("40/admin,{\"\\ud800\":1}")]
    [InlineData("42[\"x\",1e999]")]
    [InlineData("42[\"x\",-0]")]
    [InlineData("42[\"x\",123456789012345678901234567890123456789012345678901234567890]")]
    [InlineData("42[\"x\",{\"a\":1,\"a\":2}]")]
    [InlineData("42[\"x\",{\"__proto__\":{\"polluted\":true}}]")]
    [InlineData("42[\"\"]")]
    [InlineData("42[\"x\",\"\\u0000\"]")]
    [InlineData("40/admin,{\"$type\":\"System.Diagnostics.Process\"}")]
    public async Task Odd_but_legal_JSON_is_heard_or_refused_and_harms_nobody_else(string packet)
    {
        (WireServer server, _) = await StartAttackedAsync();
        server.IO.Of("/admin");
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.On("x", (JsonData data) => heard.Add(data.ToString()));
            socket.On("s", (string text) => heard.Add(text));
        });
        EngineClient bystander = await JoinAsync(server);
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync(packet);

        await bystander.ShouldHaveNothingElseAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Packets_with_letters_swapped_dropped_and_doubled_end_their_own_connection_at_most(int seed)
    {
        // A handler may be given an argument that it cannot take; that is not what this is about.
        (WireServer server, _) = await StartAttackedAsync();
        server.IO.Of("/admin");
        server.IO.OnConnection(socket =>
        {
            socket.On("say", async (JsonData data, Ack ack) => await ack.SendAsync(data));
            socket.On("bytes", async (JsonData a, JsonData b) => await socket.EmitAsync("bytes", a, b));
        });
        string[] seeds =
        [
            "40/admin,{\"token\":\"x\"}", "41/admin,", "42[\"say\",{\"a\":[1,2,{\"b\":null}]}]", "4212[\"say\",\"€\"]", "430[1]",
            "452-[\"bytes\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", "461-0[{\"_placeholder\":true,\"num\":0}]", "2", "3", "6",
        ];
        var random = new Random(seed);
        const string Letters = "0123456789-,/[]{}\":\\_ab \u001e\u0000€";
        EngineClient bystander = await JoinAsync(server);

        for (int round = 0; round < 15; round++)
        {
            await using EngineClient attacker = await server.OpenAsync();
            await attacker.JoinAsync();
            var packets = new List<WirePacket>();
            for (int n = 0; n < 10; n++)
            {
                var packet = new StringBuilder(seeds[random.Next(seeds.Length)]);
                for (int changes = random.Next(4); changes > 0; changes--)
                {
                    int at = random.Next(packet.Length);
                    switch (random.Next(3))
                    {
                        case 0:
                            packet[at] = Letters[random.Next(Letters.Length)];
                            break;
                        case 1 when packet.Length > 1:
                            packet.Remove(at, 1);
                            break;
                        default:
                            packet.Insert(at, Letters[random.Next(Letters.Length)]);
                            break;
                    }
                }

                packets.Add(random.Next(5) == 0 ? Encoding.UTF8.GetBytes(packet.ToString()) : (WirePacket)packet.ToString());
            }

            try
            {
                await attacker.SendAsync([.. packets]);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // The server has cut the connection.
            }
        }

        await bystander.ShouldHaveNothingElseAsync();
    }

    private static async Task RefusedOrClosedAsync(EngineClient attacker, string refusal)
    {
        if (await attacker.ReceiveOrEndAsync() is { } answer)
        {
            Assert.StartsWith(refusal, answer.Text, StringComparison.Ordinal);
            await attacker.ShouldHaveNothingElseAsync();
        }
    }
}
