using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>A way of emitting to one client. Immutable.</summary>
/// <remarks>
/// Awaiting an emit keeps the client's pace: it completes when no more than a sixteenth of
/// <see cref="SocketIOOptions.MaxOutboundBytes"/> waits for the client, at once as a rule, or when the connection ends. A volatile
/// emit waits for nobody.
/// </remarks>
public sealed class SocketEmitter : EventEmitter
{
    private readonly Socket _socket;
    private readonly bool _isVolatile;
    private readonly bool _compress = true;
    private readonly TimeSpan? _timeout;

    internal SocketEmitter(Socket socket) => _socket = socket;

    private SocketEmitter(Socket socket, bool isVolatile, bool compress, TimeSpan? timeout)
    {
        _socket = socket;
        _isVolatile = isVolatile;
        _compress = compress;
        _timeout = timeout;
    }

    /// <summary>May be dropped if the client is not ready to receive.</summary>
    public SocketEmitter AsVolatile => new(_socket, isVolatile: true, _compress, _timeout);

    internal override SocketIOSerializer Serializer => _socket.Serializer;

    /// <summary>Whether a transport that compresses should compress the message.</summary>
    /// <param name="compress"><see langword="false"/> for data that is compressed already.</param>
    public SocketEmitter Compress(bool compress) => new(_socket, _isVolatile, compress, _timeout);

    /// <summary>Limits the time that an answer may take.</summary>
    /// <param name="timeout">The limit.</param>
    public SocketEmitter Timeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new SocketEmitter(_socket, _isVolatile, _compress, timeout);
    }

    /// <summary>Emits an event with one argument and waits for the client's answer.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument. An array is one argument; it is serialised as its own type, whatever type the variable has.</param>
    /// <exception cref="AckTimeoutException">The client did not answer within the timeout.</exception>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public Task<T> EmitWithAckAsync<T>(string eventName, object? argument) => EmitWithAckAsync<T>(eventName, [argument]);

    /// <summary>Emits an event and waits for the client's answer.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <exception cref="AckTimeoutException">The client did not answer within the timeout.</exception>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overload above takes it as one argument.
    public Task<T> EmitWithAckAsync<T>(string eventName, params ReadOnlySpan<object?> arguments)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        writer.End();
        using Activity? activity = OnEmitting(eventName);
        EngineClock clock = _socket.Namespace.Server.Engine.Clock;
        var ack = new PendingAck<T>
        {
            Deadline = _timeout is { } timeout ? clock.Now + (long)timeout.TotalMilliseconds : EngineClock.Never,
        };
        ulong id;
        try
        {
            id = _socket.OweAck(ack);
        }
        catch (InvalidOperationException exception)
        {
            return Task.FromException<T>(exception);
        }

        OutboundMessage message = CreateMessage(eventName, writer, id);
        _socket.Send(message, _isVolatile); // Not awaited: the answer is what is waited for.
        message.Release();
        return ack.Answer;
    }

    internal ValueTask SendEventAsync(string eventName, EventWriter writer)
    {
        using Activity? activity = OnEmitting(eventName);
        OutboundMessage message = CreateMessage(eventName, writer, ackId: null);
        ValueTask sent = _socket.SendAsync(message, _isVolatile);
        message.Release();
        return sent;
    }

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => SendEventAsync(eventName, writer);

    private OutboundMessage CreateMessage(string eventName, EventWriter writer, ulong? ackId)
    {
        EventPacket packet = writer.ToPacket(_socket.Namespace.WireNameBytes, eventName, copyAttachments: false);
        try
        {
            _socket.NotifyOutgoing(packet);
            return packet.CreateMessage(_socket.Parser, ackId, _compress);
        }
        finally
        {
            packet.Release();
        }
    }

    private Activity? OnEmitting(string eventName)
    {
        _socket.Namespace.Server.Metrics.EventSent(eventName);
        return SocketIOActivities.StartPublish(eventName, _socket.Namespace.Name, _socket.Id, _socket.ConnectionSpan);
    }
}
