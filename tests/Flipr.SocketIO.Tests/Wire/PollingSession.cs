namespace Flipr.SocketIO.Tests.Wire;

/// <summary>A session over HTTP long-polling: polls whenever the test wants a packet, posts what it sends.</summary>
public sealed class PollingSession(PollingClient http, OpenPacket open) : EngineClient
{
    private readonly Queue<string> _received = new();
    private readonly CancellationTokenSource _vanish = new();

    public override OpenPacket Open => open;

    public PollingClient Http => http;

    public static async Task<PollingSession> OpenAsync(WireServer server)
    {
        var http = new PollingClient(server);
        return new(http, await http.HandshakeAsync()) { Server = server };
    }

    public override async Task SendAsync(params WirePacket[] packets)
    {
        HttpAnswer answer = await http.PostAsync(open.Sid, [.. packets.Select(p => p.ToPolling())]);

        // A payload that ends its session may be answered with the error. Whether the session has ended is for the test to see.
        if (answer.Status != 400)
        {
            answer.ShouldBeOk();
        }
    }

    public override async Task<WirePacket> ReceiveAsync()
    {
        if (_received.Count == 0)
        {
            HttpAnswer answer = await PollAsync();
            Assert.True(answer.Status == 200, $"A packet was due, the poll was answered {answer.Status} {answer.Body}");
        }

        return WirePacket.FromPolling(_received.Dequeue());
    }

    public override async Task<WirePacket?> ReceiveOrEndAsync()
    {
        if (_received.Count == 0 && (await PollAsync()).Status == 400)
        {
            return null;
        }

        string packet = _received.Dequeue();
        return packet == "1" ? (WirePacket?)null : WirePacket.FromPolling(packet);
    }

    public override async Task ReceiveEndAsync()
    {
        // The poll that is open when the session ends is told with a close packet; one that comes later finds no session.
        if (_received.Count == 0)
        {
            HttpAnswer answer = await PollAsync();
            if (answer.Status != 200)
            {
                answer.ShouldBeError(400, 1, "Session ID unknown");
                return;
            }
        }

        Assert.Equal("1", string.Join('|', _received));
        (await http.GetAsync(open.Sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    public override async Task VanishAsync()
    {
        Task poll = http.AbandonAsync($"/socket.io/{PollingClient.Query}&sid={open.Sid}", HttpMethod.Get, null, _vanish.Token);
        await Server.UntilPendingAsync("GET", open.Sid);
        await _vanish.CancelAsync();
        await poll;
    }

    public required WireServer Server { get; init; }

    public override ValueTask DisposeAsync()
    {
        http.Dispose();
        _vanish.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<HttpAnswer> PollAsync()
    {
        HttpAnswer answer = await http.GetAsync(open.Sid);
        if (answer.Status == 200)
        {
            foreach (string packet in answer.Packets)
            {
                _received.Enqueue(packet);
            }
        }

        return answer;
    }
}
