using System.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>Where a <see cref="Broadcast"/> finds its sockets: in one namespace, or in all of a pattern's or a function's.</summary>
internal abstract class BroadcastScope
{
    public abstract SocketIOServer Server { get; }

    /// <summary>Starts the span of an event that is emitted here.</summary>
    public abstract Activity? StartPublish(string eventName);

    /// <summary>Sends the event that a writer holds.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="writer">Has finished it.</param>
    /// <param name="target">To whom.</param>
    /// <param name="recipients">How many sockets of this server it went to, as far as that is known.</param>
    public abstract ValueTask SendAsync(string eventName, EventWriter writer, BroadcastTarget target, out int recipients);

    /// <summary>Sends the event that a writer holds, to be answered. Completes when all recipients are known.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="writer">Has finished it.</param>
    /// <param name="target">To whom, and how long answers may take.</param>
    /// <param name="answers">Is told of recipients and answers.</param>
    /// <param name="recipients">How many sockets of this server it went to, as far as that is known.</param>
    public abstract ValueTask AskAsync(string eventName, EventWriter writer, BroadcastTarget target, AnswerCollector answers, out int recipients);

    public abstract ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(BroadcastTarget target);

    /// <summary>Lets each adapter do something with its sockets.</summary>
    public abstract ValueTask ForEachAsync(Func<Adapter, ValueTask> action);
}
