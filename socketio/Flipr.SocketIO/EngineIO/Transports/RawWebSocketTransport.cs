using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Writes finished frames straight to the connection's output pipe: no copy into a send buffer, no flush per frame while
/// another is under way, nothing allocated.
/// </summary>
/// <remarks>
/// A pipe allows one flush at a time and its GetMemory/Advance are not atomic; both happen under the session's gate. The
/// pipe must not be touched once the request has returned: <see cref="WebSocketTransport.RunAsync"/> ends the transport before that.
/// </remarks>
internal sealed class RawWebSocketTransport : WebSocketTransport
{
    // As much as goes into the pipe before it is flushed, so that a client that takes nothing holds no more than that;
    // what Kestrel's own pipe holds before it pushes back is of this size too.
    private const int FlushThreshold = 64 * 1024;

    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(500);

    private readonly Stream _stream;
    private readonly PipeWriter _output;
    private bool _isFlushing;
    private bool _isFlushDeferred;
    private int _unflushed;

    // The message that is partly in the pipe, and how much of it is.
    private OutboundMessage? _current;
    private int _offset;

    public RawWebSocketTransport(EngineSession session, HttpContext context, Stream stream, PipeWriter output)
        : base(session, context)
    {
        _stream = stream;
        _output = output;
        WebSocket = WebSocket.CreateFromStream(
            new OutboundStream(stream, this),
            new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
    }

    public override bool IsWritable => !_isFlushing && !HasEnded;

    public override long PendingBytes => base.PendingBytes + (_current is null ? 0 : _current.Size - _offset);

    public override SendOutcome TrySend(OutboundMessage message, bool mayDefer)
    {
        if (_isFlushing || HasEnded)
        {
            return SendOutcome.NotTaken;
        }

        try
        {
            if (message.Size > FlushThreshold - _unflushed)
            {
                message.Retain();
                _current = message;
                _offset = 0;
                Pump();
                return SendOutcome.Sent;
            }

            _output.Write(message.Frames);
            _unflushed += message.Size;
            if (mayDefer && _unflushed < FlushThreshold)
            {
                bool isFirst = !_isFlushDeferred;
                _isFlushDeferred = true;
                return isFirst ? SendOutcome.NeedsFlush : SendOutcome.Sent;
            }

            Flush();
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            Fail(exception);
        }

        return SendOutcome.Sent;
    }

    public override void FlushDeferred()
    {
        _isFlushDeferred = false;
        if (_unflushed == 0 || _isFlushing || HasEnded)
        {
            return;
        }

        try
        {
            Flush();
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            Fail(exception);
        }
    }

    public override void Pump()
    {
        try
        {
            while (!_isFlushing && !HasEnded)
            {
                if (Fill())
                {
                    Flush();
                }
                else
                {
                    if (OnIdle() is { } status)
                    {
                        WriteClose(status);
                    }

                    return;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            Fail(exception);
        }
    }

    protected override void End()
    {
        base.End();
        ReleaseCurrent();
    }

    /// <summary>Writes as much of what waits as goes into the pipe before the next flush.</summary>
    /// <returns>Whether there was anything to write.</returns>
    private bool Fill()
    {
        bool hasWritten = false;
        while (_unflushed < FlushThreshold && (_current is not null || TryNext(out _current)))
        {
            int length = Math.Min(_current.Size - _offset, FlushThreshold - _unflushed);
            _output.Write(_current.Frames.Slice(_offset, length));
            _offset += length;
            _unflushed += length;
            hasWritten = true;
            if (_offset == _current.Size)
            {
                ReleaseCurrent();
            }
        }

        return hasWritten;
    }

    private void ReleaseCurrent()
    {
        _current?.Release();
        _current = null;
        _offset = 0;
    }

    protected override async Task LingerAsync()
    {
        Task reading = ReadToEndAsync();
        try
        {
            await reading.WaitAsync(LingerTime, Session.Server.Clock.TimeProvider);
        }
        catch (TimeoutException)
        {
            Context.Abort();
            await reading;
        }

        async Task ReadToEndAsync()
        {
            var buffer = new byte[1024];
            try
            {
                while (await _stream.ReadAsync(buffer) > 0)
                {
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection is gone, which is what this waited for.
            }
        }
    }

    private void Flush()
    {
        _unflushed = 0;
        ValueTask<FlushResult> flush = _output.FlushAsync();
        if (!flush.IsCompletedSuccessfully)
        {
            _isFlushing = true;
            WriteCompletion = FinishFlushAsync(flush);
        }
        else if (flush.Result.IsCompleted)
        {
            Fail(null);
        }
    }

    private async Task FinishFlushAsync(ValueTask<FlushResult> flush)
    {
        Exception? failure = null;
        bool isCompleted = false;
        try
        {
            isCompleted = (await flush).IsCompleted;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (Session.Gate)
        {
            _isFlushing = false;
            if (failure is not null || isCompleted)
            {
                Fail(failure);
            }
            else if (HasEnded)
            {
                OnCloseSent();
            }
            else
            {
                Pump();
                Session.OnTaken();
            }
        }
    }

    // The peer is gone. The receive loop notices the abort and ends the session, outside of the gate.
    private void Fail(Exception? exception)
    {
        if (exception is not null)
        {
            Session.Server.Log.WebSocketFailed(Session.Id, exception);
        }

        Abort();
    }

    private void WriteClose(WebSocketCloseStatus status)
    {
        Span<byte> frame = stackalloc byte[4];
        WebSocketFrame.WriteHeader(frame, WebSocketFrame.Close, 2);
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)status);
        _output.Write(frame);
        Flush();
        if (!_isFlushing)
        {
            OnCloseSent();
        }
    }

    /// <summary>
    /// What the framework's WebSocket works on: reads go to the connection, its own frames (pong, close; always one whole
    /// frame a write) join the queue like all others.
    /// </summary>
    private sealed class OutboundStream(Stream inner, RawWebSocketTransport transport) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            bool isClose = (buffer[0] & 0x0f) == WebSocketFrame.Close;
            lock (transport.Session.Gate)
            {
                if (isClose)
                {
                    // The close frame is the last one, whoever sends it: behind everything that is queued.
                    transport.Close(buffer.Length >= 4
                        ? (WebSocketCloseStatus)BinaryPrimitives.ReadUInt16BigEndian(buffer[2..])
                        : WebSocketCloseStatus.NormalClosure);
                }
                else
                {
                    transport.SendControl(OutboundMessage.FromFrames(buffer));
                }
            }
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
