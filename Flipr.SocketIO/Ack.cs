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
    public ValueTask SendAsync() => _state?.SendAsync(static _ => { }) ?? ValueTask.CompletedTask;

    /// <summary>Answers with one argument.</summary>
    /// <param name="argument">The argument; binary values in it are sent as attachments.</param>
    public ValueTask SendAsync<T>(T argument) => _state?.SendAsync(writer => writer.Write(argument)) ?? ValueTask.CompletedTask;

    /// <summary>Answers with two arguments.</summary>
    /// <param name="argument1">The first argument.</param>
    /// <param name="argument2">The second argument.</param>
    public ValueTask SendAsync<T1, T2>(T1 argument1, T2 argument2) =>
        _state?.SendAsync(writer =>
        {
            writer.Write(argument1);
            writer.Write(argument2);
        }) ?? ValueTask.CompletedTask;

    /// <summary>Answers with any number of arguments; each is serialised as its own type.</summary>
    /// <param name="arguments">The arguments.</param>
    public ValueTask SendAsync(params object?[] arguments) =>
        _state?.SendAsync(writer =>
        {
            foreach (object? argument in arguments)
            {
                writer.Write(argument);
            }
        }) ?? ValueTask.CompletedTask;

    private sealed class State(Socket socket, ulong id)
    {
        private bool _isSent;

        public ValueTask SendAsync(Action<EventWriter> write)
        {
            using EventWriter writer = EventWriter.Begin(socket.Serializer, eventName: null);
            write(writer);
            writer.End();
            if (!Interlocked.Exchange(ref _isSent, true))
            {
                OutboundMessage message = writer.ToMessage(socket.Namespace.WireName, id, isAck: true, compress: true);
                socket.Send(message, isVolatile: false);
                message.Release();
            }

            return ValueTask.CompletedTask;
        }
    }
}
