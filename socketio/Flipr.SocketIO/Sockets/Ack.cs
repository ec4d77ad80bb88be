using System.Runtime.CompilerServices;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>
/// Answers an event. Take it as a handler's last parameter; where the client asked for no answer, answering does nothing.
/// An event is answered once: further answers are ignored.
/// </summary>
public readonly struct Ack
{
    private readonly State? _state;

    internal Ack(Socket socket, ulong id) => _state = new State(socket, id);

    /// <summary>Whether the client waits for an answer.</summary>
    public bool IsRequested => _state is not null;

    /// <summary>Answers without arguments.</summary>
    public ValueTask SendAsync() => SendAsync([]);

    /// <summary>Answers with one argument.</summary>
    /// <param name="argument">The argument; binary values in it are sent as attachments.</param>
    public ValueTask SendAsync<T>(T argument)
    {
        if (_state is not null)
        {
            using EventWriter writer = _state.Begin();
            writer.Write(argument);
            _state.Send(writer);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Answers with one argument, a bare <see langword="null"/> for example; it is serialised as its own type.</summary>
    /// <param name="argument">The argument.</param>
    public ValueTask SendAsync(object? argument) => SendAsync<object?>(argument);

    /// <summary>Answers with two arguments.</summary>
    /// <param name="argument1">The first argument.</param>
    /// <param name="argument2">The second argument.</param>
    public ValueTask SendAsync<T1, T2>(T1 argument1, T2 argument2)
    {
        if (_state is not null)
        {
            using EventWriter writer = _state.Begin();
            writer.Write(argument1);
            writer.Write(argument2);
            _state.Send(writer);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Answers with any number of arguments; each is serialised as its own type.</summary>
    /// <param name="arguments">The arguments. An array in their place is one argument; to spread it, give its span.</param>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overloads above take it as one argument.
    public ValueTask SendAsync(params ReadOnlySpan<object?> arguments)
    {
        if (_state is not null)
        {
            using EventWriter writer = _state.Begin();
            foreach (object? argument in arguments)
            {
                writer.Write(argument);
            }

            _state.Send(writer);
        }

        return ValueTask.CompletedTask;
    }

    private sealed class State(Socket socket, ulong id)
    {
        private bool _isSent;

        public EventWriter Begin() => EventWriter.BeginAck(socket.Serializer);

        public void Send(EventWriter writer)
        {
            writer.End();
            if (!Interlocked.Exchange(ref _isSent, true))
            {
                OutboundMessage message = writer.ToAckMessage(socket.Parser, socket.Namespace.WireName, id);
                socket.Send(message, isVolatile: false);
                message.Release();
            }
        }
    }
}
