using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>What the log says of a sid that is not known: one line, and missing session affinity only where that may be the cause.</summary>
public sealed class UnknownSessionLogTests() : WireTest(Route.Polling1)
{
    private const string Unknown = "AAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task A_sid_that_never_was_is_one_warning_and_nothing_else()
    {
        WireServer server = await StartAsync();

        await Polling(server).GetAsync(Unknown);

        LogEntry entry = Assert.Single(Said(server));
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains(Unknown, entry.Message, StringComparison.Ordinal);
        Assert.Contains("affinity", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sid_that_is_none_says_nothing_of_affinity()
    {
        WireServer server = await StartAsync();

        await Polling(server).GetAsync("../../etc/passwd");

        LogEntry entry = Assert.Single(Said(server));
        Assert.Equal(LogLevel.Information, entry.Level);
        Assert.DoesNotContain("affinity", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("passwd", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_this_server_has_just_closed_says_so_and_nothing_of_affinity()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        await server.IO.DisconnectSocketsAsync(close: true);
        (await http.GetAsync(sid)).ShouldBePackets("41");
        (await http.GetAsync(sid)).ShouldBePackets("1");

        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");

        LogEntry entry = Assert.Single(Said(server));
        Assert.Equal(LogLevel.Information, entry.Level);
        Assert.Contains("forced server close", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_timed_out_says_so_and_nothing_of_affinity()
    {
        WireServer server = await StartAsync(o =>
        {
            o.PingInterval = TimeSpan.FromSeconds(1);
            o.PingTimeout = TimeSpan.FromSeconds(1);
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await http.GetAsync(sid)).ShouldBePackets("2");
        server.Clock.Advance(TimeSpan.FromSeconds(5));

        (await http.PostAsync(sid, "3")).ShouldBeError(400, 1, "Session ID unknown");

        LogEntry entry = Assert.Single(Said(server));
        Assert.Equal(LogLevel.Information, entry.Level);
        Assert.Contains("ping timeout", entry.Message, StringComparison.Ordinal);
    }

    // What an operator sees: Debug is for who asks for it.
    private static IEnumerable<LogEntry> Said(WireServer server) => server.Log.OfLibrary().Where(entry => entry.Level > LogLevel.Debug);
}
