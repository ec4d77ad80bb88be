namespace Flipr.SocketIO;

/// <summary>Stands around the handlers of events: sees who sent what, may answer, may drop the event, sees what the handlers throw.</summary>
/// <remarks>Called for many sockets at once.</remarks>
public interface IEventFilter
{
    /// <summary>
    /// An event has arrived. Handlers start in the order of their events, whatever filters wait for: the socket's next event waits until this one's handlers have
    /// started, or the filter has ended without them.
    /// </summary>
    /// <param name="context">The event.</param>
    /// <param name="next">
    /// Goes on to the next filter, in the end to the handlers; not called, the event is dropped. Completes when all handlers of the event have ended, and throws
    /// what the first of them threw. It may be called once.
    /// </param>
    /// <returns>What it throws is logged, as of a handler.</returns>
    ValueTask InvokeAsync(EventContext context, Func<EventContext, ValueTask> next);
}
