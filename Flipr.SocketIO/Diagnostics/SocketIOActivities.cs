using System.Diagnostics;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The server's spans, in the source <c>Flipr.SocketIO</c>, with the messaging attributes of OpenTelemetry.</summary>
internal static class SocketIOActivities
{
    public const string SourceName = "Flipr.SocketIO";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anyone wants spans.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>A connection has opened: a short span, to which the spans of its events link.</summary>
    public static ActivityContext Connected(string transport, string sessionId)
    {
        using Activity? activity = Source.StartActivity("socket.io connect", ActivityKind.Server);
        activity?.SetTag("network.protocol.name", transport);
        activity?.SetTag("socketio.sid", sessionId);
        return activity?.Context ?? default;
    }

    /// <summary>
    /// An event has arrived. Its span is a root of its own: as a child of the connection's request, which ends hours later, it
    /// would belong to one endless trace.
    /// </summary>
    public static Activity? StartProcess(string eventName, string ns, string socketId, ActivityContext connection)
    {
        Activity.Current = null;
        Activity? activity = Source.StartActivity(
            $"process {eventName}", ActivityKind.Consumer, parentContext: default, links: connection == default ? null : [new ActivityLink(connection)]);
        Describe(activity, eventName, ns, "process");
        activity?.SetTag("socketio.sid", socketId);
        return activity;
    }

    /// <summary>An event is emitted.</summary>
    public static Activity? StartPublish(string eventName, string ns)
    {
        if (!HasListeners)
        {
            return null;
        }

        Activity? activity = Source.StartActivity($"publish {eventName}", ActivityKind.Producer);
        Describe(activity, eventName, ns, "publish");
        return activity;
    }

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

    private static void Describe(Activity? activity, string eventName, string ns, string operation)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.system", "socket.io");
            activity.SetTag("messaging.operation", operation);
            activity.SetTag("messaging.operation.name", operation);
            activity.SetTag("messaging.operation.type", operation == "publish" ? "send" : operation);
            activity.SetTag("messaging.destination.name", eventName);
            activity.SetTag("socketio.namespace", ns);
        }
    }
}
