using System.Diagnostics;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The server's spans, in the source <c>Flipr.SocketIO</c>, with the messaging attributes of OpenTelemetry (docs/telemetry.md).</summary>
internal static class SocketIOActivities
{
    public const string SourceName = "Flipr.SocketIO";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anyone wants spans.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>
    /// A connection has opened: a short span, to which the spans of its events link. A root of its own: the request, which lasts as long as the
    /// connection, is not traced, and whatever descends from it would not be either.
    /// </summary>
    public static ActivityContext Connected(string transport, string sessionId)
    {
        if (!HasListeners)
        {
            return default;
        }

        Activity? outer = Activity.Current;
        Activity.Current = null;
        Activity? activity = Source.StartActivity("connect", ActivityKind.Server);
        activity?.SetTag("socketio.transport", transport);
        activity?.SetTag("socketio.session.id", sessionId);
        activity?.Stop();
        Activity.Current = outer;
        return activity?.Context ?? default;
    }

    /// <summary>
    /// An event has arrived. Its span is a root of its own: as a child of the connection's request, which ends hours later, it
    /// would belong to one endless trace.
    /// </summary>
    public static Activity? StartProcess(string eventName, string ns, string socketId, ActivityContext connection)
    {
        Activity.Current = null;
        return Describe(
            Source.StartActivity($"process {eventName}", ActivityKind.Consumer, parentContext: default, links: LinksTo(connection)), eventName, ns, "process", socketId);
    }

    /// <summary>Whatever follows, in this method and below, does not belong to the request that happens to carry it.</summary>
    public static void LeaveRequest()
    {
        if (HasListeners)
        {
            Activity.Current = null;
        }
    }

    /// <summary>An event is emitted to many: one span, however many they are.</summary>
    public static Activity? StartPublish(string eventName, string ns) =>
        HasListeners ? Describe(Source.StartActivity($"publish {eventName}", ActivityKind.Producer), eventName, ns, "publish") : null;

    /// <summary>An event is emitted to one socket.</summary>
    public static Activity? StartPublish(string eventName, string ns, string socketId, ActivityContext connection) =>
        HasListeners
            ? Describe(
                Source.StartActivity($"publish {eventName}", ActivityKind.Producer, parentContext: default, links: LinksTo(connection)), eventName, ns, "publish", socketId)
            : null;

    /// <summary>Says how many sockets an event went to.</summary>
    public static void SetRecipients(Activity? activity, int count) => activity?.SetTag("socketio.recipients", count);

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity.SetTag("error.type", exception.GetType().FullName);
            activity.AddException(exception);
        }
    }

    private static ActivityLink[]? LinksTo(ActivityContext connection) => connection == default ? null : [new ActivityLink(connection)];

    private static Activity? Describe(Activity? activity, string eventName, string ns, string operation, string? socketId = null)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.system", "socket.io");
            activity.SetTag("messaging.operation", operation);
            activity.SetTag("messaging.operation.name", operation);
            activity.SetTag("messaging.operation.type", operation == "publish" ? "send" : operation);
            activity.SetTag("messaging.destination.name", eventName);
            activity.SetTag("socketio.namespace", ns);
            if (socketId is not null)
            {
                activity.SetTag("socketio.sid", socketId);
            }
        }

        return activity;
    }
}
