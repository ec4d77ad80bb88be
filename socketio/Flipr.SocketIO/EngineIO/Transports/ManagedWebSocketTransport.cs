using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Sends through the framework's <see cref="WebSocket"/>: where the connection's output cannot be reached (TestServer),
/// where messages are compressed, or where the raw path is switched off.
/// </summary>
internal sealed class ManagedWebSocketTransport : WebSocketTransport
{
    private bool _isSending;

    public ManagedWebSocketTransport(EngineSession session, HttpContext context, WebSocket webSocket)
        : base(session, context) => WebSocket = webSocket;

    public override bool IsWritable => !_isSending && !HasEnded;

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
        WebSocketMessageFlags flags = WebSocketMessageFlags.EndOfMessage
            | (message.Compress ? WebSocketMessageFlags.None : WebSocketMessageFlags.DisableCompression);
        await WebSocket.SendAsync(message.Text, WebSocketMessageType.Text, flags, CancellationToken.None);
        for (int i = 0; i < message.AttachmentCount; i++)
        {
            WebSocketMessageType type = message.HasTextAttachments ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            await WebSocket.SendAsync(message.Attachment(i), type, flags, CancellationToken.None);
        }
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
