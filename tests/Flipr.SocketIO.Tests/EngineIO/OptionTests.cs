using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Options that cannot work are told at start, by name and with a remedy.</summary>
public sealed class OptionTests() : WireTest(Route.Polling1)
{
    public static TheoryData<string, Action<SocketIOOptions>> Impossible => new()
    {
        { nameof(SocketIOOptions.PingInterval), o => o.PingInterval = TimeSpan.Zero },
        { nameof(SocketIOOptions.PingTimeout), o => o.PingTimeout = TimeSpan.FromSeconds(-1) },
        { nameof(SocketIOOptions.UpgradeTimeout), o => o.UpgradeTimeout = TimeSpan.Zero },
        { nameof(SocketIOOptions.ConnectTimeout), o => o.ConnectTimeout = TimeSpan.Zero },
        { nameof(SocketIOOptions.MaxPayload), o => o.MaxPayload = 0 },
        { nameof(SocketIOOptions.MaxAttachments), o => o.MaxAttachments = -1 },
        { nameof(SocketIOOptions.MaxJsonDepth), o => o.MaxJsonDepth = 0 },
        { nameof(SocketIOOptions.Transports), o => o.Transports = default },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task An_impossible_option_stops_the_start_and_is_named(string option, Action<SocketIOOptions> set)
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(set));

        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_those_of_Node()
    {
        var options = new SocketIOOptions();

        Assert.Equal(
            (25, 20, 10, 45),
            (options.PingInterval.TotalSeconds, options.PingTimeout.TotalSeconds, options.UpgradeTimeout.TotalSeconds, options.ConnectTimeout.TotalSeconds));
        Assert.Equal((1_000_000, 10, 1024), (options.MaxPayload, options.MaxAttachments, options.HttpCompressionThreshold));
        Assert.Equal(SocketIOTransports.Polling | SocketIOTransports.WebSocket, options.Transports);
        Assert.True(options.AllowUpgrades);
        Assert.Null(options.Cookie);
        Assert.Null(options.AllowRequest);
        Assert.False(options.PerMessageDeflate);
    }
}
