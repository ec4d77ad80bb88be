using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The Engine.IO handshake over polling.</summary>
public abstract partial class HandshakeTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : HandshakeTests(Route.Polling1);

    public sealed class OverTls() : HandshakeTests(Route.PollingTls1);

    public sealed class OverHttp2() : HandshakeTests(Route.Polling2);

    [Theory]
    [InlineData("/socket.io/")]
    [InlineData("/socket.io")]
    public async Task The_endpoint_answers_with_and_without_the_trailing_slash(string path)
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendToAsync(path + PollingClient.Query, HttpMethod.Get, null);

        Assert.Equal(200, answer.Status);
        OpenPacket.Parse(answer.Body);
    }

    [Fact]
    public async Task A_handshake_without_options_answers_sid_websocket_upgrade_25_s_20_s_and_1_000_000_bytes()
    {
        WireServer server = await StartAsync();

        OpenPacket open = await Polling(server).HandshakeAsync();

        Assert.Equal(["websocket"], open.Upgrades);
        Assert.Equal((25_000, 20_000, 1_000_000), (open.PingInterval, open.PingTimeout, open.MaxPayload));
    }

    [Fact]
    public async Task The_handshake_tells_the_client_the_intervals_and_the_payload_size_that_the_options_set()
    {
        WireServer server = await StartAsync(o =>
        {
            o.PingInterval = TimeSpan.FromMilliseconds(1_500);
            o.PingTimeout = TimeSpan.FromSeconds(60);
            o.MaxPayload = 4_096;
        });

        OpenPacket open = await Polling(server).HandshakeAsync();

        Assert.Equal((1_500, 60_000, 4_096), (open.PingInterval, open.PingTimeout, open.MaxPayload));
    }

    [Fact]
    public async Task The_handshake_is_plain_text_in_UTF_8_that_nobody_may_store()
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query);

        Assert.Equal("text/plain; charset=UTF-8", answer.Header("Content-Type"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_session_id_is_20_URL_safe_characters()
    {
        WireServer server = await StartAsync();

        OpenPacket open = await Polling(server).HandshakeAsync();

        Assert.Matches(UrlSafe20(), open.Sid);
    }

    [Fact]
    public async Task No_part_of_a_session_id_repeats_or_counts()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        var sids = new List<string>();
        for (int i = 0; i < 256; i++)
        {
            sids.Add((await http.HandshakeAsync()).Sid);
        }

        Assert.Equal(256, sids.Distinct().Count());

        // 256 draws of 64 letters leave fewer than 40 different ones less often than the sun goes out; a counter or a clock leaves a few.
        // The last of 20 letters may carry fewer bits than the others.
        Assert.All(Enumerable.Range(0, 19), at => Assert.True(sids.Select(s => s[at]).Distinct().Count() >= 40, $"The sids' letter {at} hardly changes"));
    }

    [Fact]
    public async Task With_upgrades_switched_off_the_handshake_offers_none()
    {
        WireServer server = await StartAsync(o => o.AllowUpgrades = false);

        Assert.Empty((await Polling(server).HandshakeAsync()).Upgrades);
    }

    [Fact]
    public async Task With_polling_alone_the_handshake_offers_no_upgrade()
    {
        WireServer server = await StartAsync(o => o.Transports = SocketIOTransports.Polling);

        Assert.Empty((await Polling(server).HandshakeAsync()).Upgrades);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{20}$")]
    private static partial Regex UrlSafe20();
}
