using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Messages over plain requests: a GET waits until there is something to send and takes all of it, a POST brings what the
/// client sends. One GET and one POST at a time.
/// </summary>
internal sealed class PollingTransport(EngineSession session) : Transport
{
    private static readonly OutboundMessage NoopPacket = OutboundMessage.FromPacket(EnginePacketType.Noop);
    private static readonly OutboundMessage ClosePacket = OutboundMessage.FromPacket(EnginePacketType.Close);

    private Poll? _poll;
    private HttpContext? _readingPost;
    private HttpContext? _answering;

    public override string Name => "polling";

    public override bool IsWritable => _poll is { IsReady: false } && !session.IsProbed;

    public override long PendingBytes => 0;

    public override bool CanUpgrade => true;

    public override bool EndsWithSession => true;

    public override bool IsReceiving => IsPosting;

    /// <summary>Whether a POST is being read.</summary>
    public bool IsPosting { get; private set; }

    public override void Pump()
    {
        if ((session.Queue.Count > 0 && !session.IsCorked) || session.IsProbed)
        {
            _poll?.SetReady(null);
        }
    }

    public override void Close(string reason)
    {
        // A client that closes gets a noop, so that its pending request is not taken for an error; a client that is closed is told.
        OutboundMessage last = reason == CloseReason.TransportClose ? NoopPacket : ClosePacket;
        _poll?.SetReady(last);
        AbortPost();
    }

    public override void Abort()
    {
        _poll?.SetReady(NoopPacket);
        AbortPost();
    }

    public override void AbortAnswer() => _answering?.Abort();

    /// <summary>Serves a GET: answers with what is queued, or waits for it.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var poll = new Poll();
        bool overlaps = false;
        lock (session.Gate)
        {
            if (_poll is not null)
            {
                overlaps = true;
            }
            else if (session.Transport != this)
            {
                poll.SetReady(NoopPacket);
            }
            else
            {
                _poll = poll;
                if (!session.IsOpen)
                {
                    poll.SetReady(ClosePacket);
                }

                Pump();
            }
        }

        if (overlaps)
        {
            session.Close(CloseReason.TransportError);
            await session.Server.RefuseAsync(context, EngineError.BadRequest, "two GET requests at once for one session");
            return;
        }

        await using (context.RequestAborted.UnsafeRegister(static state => ((Poll)state!).SetAborted(), poll))
        {
            await poll.Ready;
        }

        if (poll.IsAborted)
        {
            bool isCurrent;
            lock (session.Gate)
            {
                _poll = null;
                isCurrent = session.Transport == this;
            }

            if (isCurrent)
            {
                session.OnTransportEnded(CloseReason.TransportError);
            }

            return;
        }

        await AnswerAsync(context, poll);
    }

    /// <summary>Serves a POST: reads the payload and hands its packets on, in order.</summary>
    public async Task PostAsync(HttpContext context)
    {
        bool overlaps;
        lock (session.Gate)
        {
            overlaps = IsPosting;
            if (!overlaps)
            {
                IsPosting = true;
                _readingPost = context;
            }
        }

        if (overlaps)
        {
            session.Close(CloseReason.TransportError);
            await session.Server.RefuseAsync(context, EngineError.BadRequest, "two POST requests at once for one session");
            return;
        }

        PollingPayload.Outcome outcome;
        try
        {
            outcome = await PollingPayload.ReadAsync(context.Request, session, OnBodyRead);
        }
        finally
        {
            // Before the answer: having it, the client may send the next one.
            lock (session.Gate)
            {
                IsPosting = false;
                _readingPost = null;
            }
        }

        switch (outcome)
        {
            case PollingPayload.Outcome.Read:
                context.Response.ContentType = "text/html";
                context.Response.Headers.CacheControl = "no-store";
                context.Response.ContentLength = 2;
                await context.Response.Body.WriteAsync("ok"u8.ToArray(), context.RequestAborted);
                break;
            case PollingPayload.Outcome.TooLarge:
                session.ReportPayloadLimit();
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                break;
            case PollingPayload.Outcome.Malformed:
                session.Close(CloseReason.ParseError);
                await session.Server.RefuseAsync(context, EngineError.BadRequest, "the payload cannot be read");
                break;
            case PollingPayload.Outcome.UnknownFormat:
                session.Close(CloseReason.TransportError);
                await session.Server.RefuseAsync(context, EngineError.BadRequest, "a payload of application/octet-stream, which revision 4 does not have");
                break;
            case PollingPayload.Outcome.BrokenBody:
                session.Close(CloseReason.TransportError);
                await session.Server.RefuseAsync(context, EngineError.BadRequest, "the body ended early or is not well-formed HTTP");
                break;
            default:
                session.Close(CloseReason.TransportError);

                // Nobody is left to be answered. Without this Kestrel would go on reading the body, and log that it cannot.
                context.Abort();
                break;
        }
    }

    private async Task AnswerAsync(HttpContext context, Poll poll)
    {
        List<OutboundMessage> batch = [];
        bool isLast;
        lock (session.Gate)
        {
            _poll = null;
            if (session.IsProbed)
            {
                batch.Add(NoopPacket);
            }
            else if (session.Transport == this)
            {
                while (session.Queue.TryDequeue(out OutboundMessage? message))
                {
                    batch.Add(message);
                }

                session.OnTaken();
            }

            // Clients act on a close at once and on the packets beside it later: these would reach a connection that is gone, and a
            // DISCONNECT would come after "transport close". As in Node, the close waits for the next poll, which finds the session
            // closing, or for the close timeout. A server that shuts down may not be there for another poll.
            bool hasNextPoll = poll.Last == ClosePacket && batch.Count > 0 && session.Reason != CloseReason.ServerShuttingDown;
            if (poll.Last is { } last && !hasNextPoll)
            {
                batch.Add(last);
            }

            if (batch.Count == 0)
            {
                // What it was to say is said already: the upgrade that made it ready was given up.
                batch.Add(NoopPacket);
            }

            isLast = session.IsClosing && !hasNextPoll;
            _answering = context;
        }

        bool isWritten = false;
        try
        {
            await PollingAnswer.WriteAsync(context, batch, session.Server.Settings.HttpCompressionThreshold);
            isWritten = true;
        }
        finally
        {
            lock (session.Gate)
            {
                if (_answering == context)
                {
                    _answering = null;
                }
            }

            foreach (OutboundMessage message in batch)
            {
                message.Release();
            }

            // An answer that could not be written is lost, and going on would hide that. One that was written may be followed by
            // the end of its connection: most often the client has all of it and is done with the connection. If it has not, it
            // does not poll again, and the heartbeat ends the session.
            if (isLast)
            {
                session.OnTransportEnded(session.Reason!);
            }
            else if (!isWritten && batch[0] != NoopPacket)
            {
                session.OnTransportEnded(CloseReason.TransportError);
            }
        }
    }

    private void OnBodyRead()
    {
        lock (session.Gate)
        {
            _readingPost = null;
        }
    }

    // A body that trickles in does not outlive its session; a POST that closes its session by what it brought gets its answer.
    private void AbortPost() => _readingPost?.Abort();

    /// <summary>A GET that waits.</summary>
    private sealed class Poll
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ready => _ready.Task;

        public bool IsReady => _ready.Task.IsCompleted;

        public bool IsAborted { get; private set; }

        /// <summary>A packet that ends the answer, after what is queued.</summary>
        public OutboundMessage? Last { get; private set; }

        public void SetReady(OutboundMessage? last)
        {
            Last ??= last;
            _ready.TrySetResult();
        }

        public void SetAborted()
        {
            IsAborted = true;
            _ready.TrySetResult();
        }
    }
}
