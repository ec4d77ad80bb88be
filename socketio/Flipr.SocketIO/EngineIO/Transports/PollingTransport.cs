using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Messages over plain requests: a GET waits until there is something to send and takes all of it, a POST brings what the
/// client sends. One GET at a time, and one POST whose body is under way; POSTs whose bodies are complete wait for their turn.
/// </summary>
internal sealed class PollingTransport(EngineSession session) : Transport
{
    private static readonly OutboundMessage NoopPacket = OutboundMessage.FromPacket(EnginePacketType.Noop);
    private static readonly OutboundMessage ClosePacket = OutboundMessage.FromPacket(EnginePacketType.Close);

    private Poll? _poll;
    private bool _owesPoll;
    private bool _isTooLargeTold;
    private HttpContext? _readingPost;
    private HttpContext? _answering;
    private PostTurns _turns;
    private int _posts;

    public override string Name => "polling";

    public override bool IsWritable => _poll is { IsReady: false } && !session.IsProbed;

    public override long PendingBytes => 0;

    public override bool CanUpgrade => true;

    public override bool EndsWithSession => true;

    public override bool IsReceiving => IsPosting;

    public override bool OwesPoll => _owesPoll;

    /// <summary>Whether a POST is being read, waits, or its packets are being handled.</summary>
    public bool IsPosting => _posts > 0;

    public override void Pump()
    {
        if ((session.Queue.Count > 0 && !session.IsCorked) || session.IsProbed)
        {
            _poll?.SetReady(null);
        }
    }

    public override void Close(string reason)
    {
        _owesPoll = reason == CloseReason.TransportClose && _poll is null;
        _poll?.SetReady(LastPacket(reason));
        EndPosts();
    }

    public override void Abort()
    {
        _poll?.SetReady(NoopPacket);
        EndPosts();
    }

    public override void AbortAnswer() => _answering?.Abort();

    /// <summary>
    /// Ends the session if the client of its pending poll is gone. Whoever brings the next request asks this first: the news of the abort and
    /// the request come by different connections, and in any order.
    /// </summary>
    /// <returns>Whether it has ended.</returns>
    public bool EndIfAborted()
    {
        lock (session.Gate)
        {
            if (_poll is not { HasClientGone: true } || session.Transport != this)
            {
                return false;
            }

            _poll = null;
        }

        session.OnTransportEnded(CloseReason.TransportError);
        return true;
    }

    /// <summary>Answers a poll that came after its client had closed the session, as if it had come before.</summary>
    public static Task AnswerLatePollAsync(HttpContext context) => PollingAnswer.WriteAsync(context, [NoopPacket], null);

    /// <summary>Serves a GET: answers with what is queued, or waits for it.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var poll = new Poll(context.RequestAborted);
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
                    poll.SetReady(LastPacket(session.Reason));
                }

                Pump();
            }
        }

        if (overlaps)
        {
            session.Close(CloseReason.TransportError);
            await RefuseAsync(context, "two GET requests at once for one session");
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
                // Whoever came next may have noticed already.
                isCurrent = session.Transport == this && _poll == poll;
                _poll = _poll == poll ? null : _poll;
            }

            if (isCurrent)
            {
                session.OnTransportEnded(CloseReason.TransportError);
            }

            return;
        }

        await AnswerAsync(context, poll);
    }

    /// <summary>Serves a POST: reads the payload and hands its packets on, in order, when those of the POSTs before have been.</summary>
    public async Task PostAsync(HttpContext context)
    {
        bool overlaps;
        lock (session.Gate)
        {
            overlaps = _readingPost is not null;
            if (!overlaps)
            {
                _posts++;
                _readingPost = context;
            }
        }

        if (overlaps)
        {
            session.Close(CloseReason.TransportError);
            await RefuseAsync(context, "two POST requests at once for one session: the first one's body is not complete");
            return;
        }

        PollingPayload.Outcome outcome;
        try
        {
            using PollingBody body = await PollingBody.ReadAsync(context.Request, session.Server.Settings.MaxPayload);
            outcome = body.Outcome == PollingPayload.Outcome.Read ? await HandleAsync(body.Data) : body.Outcome;
        }
        finally
        {
            // Before the answer: having it, the client may send the next one.
            lock (session.Gate)
            {
                _posts--;
                if (_readingPost == context)
                {
                    _readingPost = null;
                }
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
                session.Server.Metrics.LimitExceeded(nameof(EngineSettings.MaxPayload));
                if (!_isTooLargeTold)
                {
                    // Once: it may try again and again.
                    _isTooLargeTold = true;
                    session.Server.Log.PostTooLarge(session.Id, session.Server.Settings.MaxPayload);
                }

                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                break;
            case PollingPayload.Outcome.Malformed:
                session.Close(CloseReason.ParseError);
                await RefuseAsync(context, "the payload cannot be read");
                break;
            case PollingPayload.Outcome.UnknownFormat:
                session.Close(CloseReason.TransportError);
                await RefuseAsync(context, "a payload of application/octet-stream, which revision 4 does not have");
                break;
            case PollingPayload.Outcome.BrokenBody:
                session.Close(CloseReason.TransportError);
                await RefuseAsync(context, "the body ended early or is not well-formed HTTP");
                break;
            case PollingPayload.Outcome.Crowded:
                session.Close(CloseReason.TransportError);
                await RefuseAsync(context, $"{PostTurns.MaxWaiting} POST requests, or more bytes than option MaxPayload, wait while the packets of an earlier one are handled");
                break;
            case PollingPayload.Outcome.Late:
                await session.Server.RefuseAsync(context, new Refusal(EngineError.UnknownSession, "UNKNOWN_SID", "the session ended before the packets of this POST had their turn") { Sid = session.Id, Transport = Name });
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
                while (!session.IsCorked && session.Queue.TryDequeue(out OutboundMessage? message))
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
            isWritten = await PollingAnswer.WriteAsync(context, batch, session.Server.Settings.HttpCompressionThreshold);
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

    // The packets have been read; they are handled when those of the POSTs before have been.
    private async ValueTask<PollingPayload.Outcome> HandleAsync(Memory<byte> payload)
    {
        Task<bool>? turn;
        lock (session.Gate)
        {
            // A POST that closes its session by what it brought gets its answer: it is not cut as one whose body trickles in.
            _readingPost = null;
            if (!_turns.TryTake(payload.Length, session.Server.Settings.MaxPayload, out turn))
            {
                return PollingPayload.Outcome.Crowded;
            }
        }

        if (turn is not null && !await turn)
        {
            return session.Reason is CloseReason.TransportError or CloseReason.ParseError ? PollingPayload.Outcome.Late : PollingPayload.Outcome.Read;
        }

        try
        {
            return await PollingPayload.DispatchAsync(payload, session);
        }
        finally
        {
            lock (session.Gate)
            {
                _turns.Pass();
            }
        }
    }

    // A client that closes gets a noop, so that its pending request is not taken for an error; a client that is closed is told.
    private static OutboundMessage LastPacket(string? reason) => reason == CloseReason.TransportClose ? NoopPacket : ClosePacket;

    // A body that trickles in does not outlive its session, nor does one that waits for its turn.
    private void EndPosts()
    {
        _turns.Cancel();
        _readingPost?.Abort();
    }

    private Task RefuseAsync(HttpContext context, string defect) =>
        session.Server.RefuseAsync(context, new Refusal(EngineError.BadRequest, null, defect) { Sid = session.Id, Transport = Name });

    /// <summary>A GET that waits.</summary>
    private sealed class Poll(CancellationToken aborted)
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ready => _ready.Task;

        public bool IsReady => _ready.Task.IsCompleted;

        public bool IsAborted { get; private set; }

        /// <summary>Whether nobody waits for the answer, whether or not that has been acted upon.</summary>
        public bool HasClientGone => IsAborted || (!IsReady && aborted.IsCancellationRequested);

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
