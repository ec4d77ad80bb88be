namespace Flipr.SocketIO;

/// <summary>A filter that is a function.</summary>
internal sealed class DelegateEventFilter(Func<EventContext, Func<EventContext, ValueTask>, ValueTask> filter) : IEventFilter
{
    public ValueTask InvokeAsync(EventContext context, Func<EventContext, ValueTask> next) => filter(context, next);
}
