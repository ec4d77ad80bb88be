using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Messages over a WebSocket. Receiving is the framework's <see cref="WebSocket"/> in every case; how frames are sent is
/// the subclass's.
/// </summary>
internal abstract class WebSocketTransport(EngineSession session, HttpContext context) : Transport
{
    private const int ReceiveBufferSize = 4096;
    private static readonly OutboundMessage ProbeAnswer = OutboundMessage.FromPacket(EnginePacketType.Pong, "probe"u8);

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutboundQueue _control;
    private WebSocketCloseStatus? _closeStatus;
    private bool _peerHasClosed;
    private bool _isOverLimit;

    public override string Name => "websocket";

    public override long PendingBytes => _control.Bytes;

    protected EngineSession Session => session;

    protected HttpContext Context => context;

    /// <summary>The framework's WebSocket; set by the subclass before anything is received.</summary>
    protected WebSocket WebSocket { get; init; } = null!;

    /// <summary>Whether nothing more may be written: the close frame is out, or the connection is gone.</summary>
    protected bool HasEnded { get; private set; }

    public override void AnswerProbe() => SendControl(ProbeAnswer);

    /// <summary>Appends a frame that does not come from the session's queue: an answer to a probe, a pong.</summary>
    public void SendControl(OutboundMessage message)
    {
        if (HasEnded)
        {
            return;
        }

        if (_control.Count > 0 && _control.Bytes + message.Size > session.Server.Settings.MaxOutboundBytes)
        {
            // Pings without end from a client that does not read the pongs. The receive loop ends with it, and the session outside of the gate.
            _isOverLimit = true;
            Abort();
            return;
        }

        _control.Enqueue(message);
        Pump();
    }

    public override void Close(string reason) => Close(reason switch
    {
        CloseReason.ServerShuttingDown => WebSocketCloseStatus.EndpointUnavailable,
        CloseReason.ParseError => WebSocketCloseStatus.InvalidPayloadData,
        _ => WebSocketCloseStatus.NormalClosure,
    });

    /// <summary>Sends a close frame when everything queued has gone out. The first status counts.</summary>
    protected void Close(WebSocketCloseStatus status)
    {
        _closeStatus ??= status;
        Pump();
    }

    public override void Abort()
    {
        End();
        context.Abort();
    }

    /// <summary>Receives until the connection ends, then waits until what is queued has gone out. The request lives as long as this.</summary>
    /// <param name="isUpgrade">Whether the session is on polling until the client has probed this WebSocket.</param>
    public async Task RunAsync(bool isUpgrade)
    {
        string reason = CloseReason.TransportClose;
        bool isCurrent = !isUpgrade;
        try
        {
            if (!isUpgrade || await CompleteUpgradeAsync())
            {
                isCurrent = true;
                reason = await ReceiveAllAsync();
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            bool isProtocolError = exception is WebSocketException { WebSocketErrorCode: not WebSocketError.ConnectionClosedPrematurely };
            reason = isProtocolError ? CloseReason.TransportError : CloseReason.TransportClose;
            session.Server.Log.WebSocketFailed(session.Id, exception);
        }
        finally
        {
            if (isCurrent && _isOverLimit)
            {
                session.CloseOverLimit();
            }
            else if (isCurrent)
            {
                session.Close(reason);
            }
            else
            {
                session.AbandonUpgrade(this);
            }

            await DrainAsync();
            lock (session.Gate)
            {
                End();
            }

            await WriteCompletion;
            if (isCurrent)
            {
                session.OnTransportEnded(reason);
            }

            WebSocket.Dispose();
        }
    }

    /// <summary>The write or flush under way; it does not fail.</summary>
    protected Task WriteCompletion { get; set; } = Task.CompletedTask;

    /// <summary>Takes the next thing to write: control frames first, then the session's queue if this transport carries it.</summary>
    protected bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OutboundMessage? message) =>
        _control.TryDequeue(out message) || (session.Transport == this && !session.IsCorked && session.Queue.TryDequeue(out message));

    /// <summary>Nothing is left to write: returns the status of the close frame if one is due now.</summary>
    protected WebSocketCloseStatus? OnIdle()
    {
        WebSocketCloseStatus? status = _closeStatus;
        if (status is not null && !HasEnded)
        {
            HasEnded = true;
            return status;
        }

        return null;
    }

    /// <summary>The close frame has been handed over to the connection.</summary>
    protected void OnCloseSent() => _drained.TrySetResult();

    /// <summary>Stops writing for good.</summary>
    protected virtual void End()
    {
        HasEnded = true;
        _control.Clear();
        _drained.TrySetResult();
    }

    private async Task<bool> CompleteUpgradeAsync()
    {
        using var first = new ReceiveBuffer();
        if (!await ReceiveAsync(first) || first.IsBinary || !first.Written.Span.SequenceEqual("2probe"u8)
            || !session.TryProbe(this))
        {
            return false;
        }

        using var second = new ReceiveBuffer();
        return await ReceiveAsync(second) && !second.IsBinary && second.Written.Span.SequenceEqual("5"u8)
            && session.TryCompleteUpgrade(this);
    }

    private async Task<string> ReceiveAllAsync()
    {
        using var buffer = new ReceiveBuffer();
        while (await ReceiveAsync(buffer))
        {
            ReadOnlyMemory<byte> data = buffer.Written;
            if (buffer.IsBinary)
            {
                await session.OnPacketAsync(new EnginePacket(EnginePacketType.Message, data, IsBinary: true));
            }
            else if (data.IsEmpty)
            {
                session.Close(CloseReason.ParseError);
            }
            else
            {
                await session.OnPacketAsync(new EnginePacket((EnginePacketType)data.Span[0], data[1..], IsBinary: false));
            }

            buffer.Reset();
        }

        return buffer.IsTooLarge || WebSocket.CloseStatus is null ? CloseReason.TransportError : CloseReason.TransportClose;
    }

    // The token is always None: a cancelled receive would abort the socket. What ends a receive is the end of the connection.
    private async ValueTask<bool> ReceiveAsync(ReceiveBuffer buffer)
    {
        // A receive into nothing completes when data is there: an idle connection holds no buffer.
        ValueWebSocketReceiveResult result = await WebSocket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        while (true)
        {
            if (result.MessageType == WebSocketMessageType.Close)
            {
                _peerHasClosed = true;
                return false;
            }

            buffer.IsBinary = result.MessageType == WebSocketMessageType.Binary;
            if (buffer.Length > session.Server.Settings.MaxPayload)
            {
                buffer.IsTooLarge = true;
                session.ReportPayloadLimit();
                lock (session.Gate)
                {
                    _closeStatus = WebSocketCloseStatus.MessageTooBig;
                }

                return false;
            }

            if (result.EndOfMessage)
            {
                return true;
            }

            result = await WebSocket.ReceiveAsync(buffer.Free(session.Server.Settings.MaxPayload), CancellationToken.None);
            buffer.Length += result.Count;
        }
    }

    private async Task DrainAsync()
    {
        lock (session.Gate)
        {
            Close(WebSocketCloseStatus.NormalClosure);
        }

        Task ending = EndAsync();
        try
        {
            await ending.WaitAsync(TimeSpan.FromMilliseconds(session.Server.Settings.CloseTimeout), session.Server.Clock.TimeProvider);
        }
        catch (TimeoutException)
        {
            // Reads and writes fail now; they must have ended before the request returns.
            context.Abort();
            await ending;
        }

        async Task EndAsync()
        {
            await _drained.Task;
            if (!_peerHasClosed)
            {
                // Closing a connection with unread data resets it, and the close frame that says why would be lost with it.
                await DiscardAsync();
            }
        }
    }

    /// <summary>Reads and forgets what still arrives, until the peer answers the close frame or has had time to read it.</summary>
    private async Task DiscardAsync()
    {
        var buffer = new byte[1024];
        try
        {
            while ((await WebSocket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // After a frame that breaks the protocol nothing can be read as frames any more.
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await LingerAsync();
            }
        }
    }

    /// <summary>Gives a peer that does not speak WebSocket properly a moment to read why it is closed.</summary>
    protected virtual Task LingerAsync() => Task.CompletedTask;

    /// <summary>One message as it arrives; the array is rented while there is something in it.</summary>
    private sealed class ReceiveBuffer : IDisposable
    {
        private byte[] _bytes = [];

        public int Length { get; set; }

        public bool IsBinary { get; set; }

        public bool IsTooLarge { get; set; }

        public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

        /// <summary>Room for more, one byte beyond the limit at most: that byte tells that the message is too large.</summary>
        public Memory<byte> Free(int maxPayload)
        {
            if (Length == _bytes.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(ReceiveBufferSize, Math.Min(Length * 2, maxPayload + 1)));
                Written.CopyTo(larger);
                Return();
                _bytes = larger;
            }

            int end = (int)Math.Min(_bytes.Length, (long)maxPayload + 1);
            return _bytes.AsMemory(Length, end - Length);
        }

        public void Reset()
        {
            Return();
            _bytes = [];
            Length = 0;
        }

        public void Dispose() => Reset();

        private void Return()
        {
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }
        }
    }
}
