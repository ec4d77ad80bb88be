using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Sends through the framework's <see cref="WebSocket"/>: where the connection's output cannot be reached (TestServer),
/// where messages are compressed, or where the raw path is switched off.
/// </summary>
internal sealed class ManagedWebSocketTransport : WebSocketTransport
{
    // The framework copies each frame whole: what is larger goes in fragments of this size, in bytes.
    private const int MaxFrame = 64 * 1024;

    private bool _isSending;
    private int _unsent;

    public ManagedWebSocketTransport(EngineSession session, HttpContext context, WebSocket webSocket)
        : base(session, context) => WebSocket = webSocket;

    public override bool IsWritable => !_isSending && !HasEnded;

    public override long PendingBytes => base.PendingBytes + Volatile.Read(ref _unsent);

    public override SendOutcome TrySend(OutboundMessage message, bool mayDefer)
    {
        if (_isSending || HasEnded)
        {
            return SendOutcome.NotTaken;
        }

        ValueTask send = SendAsync(message);
        if (send.IsCompletedSuccessfully)
        {
            return SendOutcome.Sent;
        }

        message.Retain();
        _isSending = true;
        WriteCompletion = FinishSendAsync(send, message);
        return SendOutcome.Sent;
    }

    public override void Pump()
    {
        while (!_isSending && !HasEnded)
        {
            if (TryNext(out OutboundMessage? message))
            {
                ValueTask send = SendAsync(message);
                if (send.IsCompletedSuccessfully)
                {
                    message.Release();
                }
                else
                {
                    _isSending = true;
                    WriteCompletion = FinishSendAsync(send, message);
                }
            }
            else if (OnIdle() is { } status)
            {
                WriteCompletion = CloseOutputAsync(status);
                return;
            }
            else
            {
                return;
            }
        }
    }

    private async ValueTask SendAsync(OutboundMessage message)
    {
        WebSocketMessageFlags flags = message.Compress ? WebSocketMessageFlags.None : WebSocketMessageFlags.DisableCompression;

        // Read under the gate while it changes here, by one send at a time.
        Volatile.Write(ref _unsent, message.Size);
        try
        {
            await SendPartAsync(message.Text, WebSocketMessageType.Text, flags);
            for (int i = 0; i < message.AttachmentCount; i++)
            {
                await SendPartAsync(message.Attachment(i), WebSocketMessageType.Binary, flags);
            }
        }
        finally
        {
            Volatile.Write(ref _unsent, 0);
        }
    }

    private async ValueTask SendPartAsync(ReadOnlyMemory<byte> part, WebSocketMessageType type, WebSocketMessageFlags flags)
    {
        while (part.Length > MaxFrame)
        {
            await WebSocket.SendAsync(part[..MaxFrame], type, flags, CancellationToken.None);
            Volatile.Write(ref _unsent, _unsent - MaxFrame);
            part = part[MaxFrame..];
        }

        await WebSocket.SendAsync(part, type, flags | WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
    }

    private async Task FinishSendAsync(ValueTask send, OutboundMessage message)
    {
        bool hasFailed = false;
        try
        {
            await send;
        }
        catch (Exception exception)
        {
            hasFailed = true;
            Session.Server.Log.WebSocketFailed(Session.Id, exception);
        }

        message.Release();
        lock (Session.Gate)
        {
            _isSending = false;
            if (hasFailed)
            {
                Abort();
            }
            else
            {
                Pump();
                Session.OnTaken();
            }
        }
    }

    private async Task CloseOutputAsync(WebSocketCloseStatus status)
    {
        try
        {
            await WebSocket.CloseOutputAsync(status, null, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Session.Server.Log.WebSocketFailed(Session.Id, exception);
        }

        OnCloseSent();
    }
}
