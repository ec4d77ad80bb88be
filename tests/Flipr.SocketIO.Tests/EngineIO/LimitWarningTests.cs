using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A connection that has met a limit leaves one Warning, which names the option and its value.</summary>
public abstract class LimitWarningTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : LimitWarningTests(Route.Raw1);

    public sealed class OverFallbackPath() : LimitWarningTests(Route.Fallback1);

    public sealed class OverPolling() : LimitWarningTests(Route.Polling1);

    [Fact]
    public async Task A_message_larger_than_MaxPayload_leaves_one_warning()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = 20_000);
        EngineClient client = await JoinAsync(server);

        if (client is PollingSession polling)
        {
            // It may try again; the log does not repeat itself.
            Assert.Equal(413, (await polling.Http.PostAsync(client.Sid, new string('a', 20_001))).Status);
            Assert.Equal(413, (await polling.Http.PostAsync(client.Sid, new string('a', 20_001))).Status);
        }
        else
        {
            await client.SendAsync(new string('a', 20_001));
            await client.ReceiveEndAsync();
        }

        await server.Log.ContainsAsync("MaxPayload");
        LogEntry warning = Assert.Single(server.Log.OfLibrary(), entry => entry.Level == LogLevel.Warning);
        Assert.Contains("MaxPayload", warning.Message, StringComparison.Ordinal);
        Assert.Contains("20000", warning.Message, StringComparison.Ordinal);
        Assert.Contains(client.Sid, warning.Message, StringComparison.Ordinal);
    }
}
