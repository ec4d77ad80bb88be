using System.Diagnostics;
using System.Text.Json;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Leads one connection's events through middleware and catch-all listeners to their handlers, with span and metrics.</summary>
/// <param name="server">The server.</param>
/// <param name="turn">The connection's turn: whoever starts handlers holds it.</param>
/// <param name="handlers">Keeps track of handlers that run on.</param>
/// <param name="connection">The span of the connection, which those of the events link to.</param>
internal sealed class EventDispatcher(SocketIOServer server, SemaphoreSlim turn, RunningHandlers handlers, ActivityContext connection)
{
    /// <summary>An event has arrived, in turn: runs the middleware, then the handlers.</summary>
    public void OnEvent(Socket socket, ReadOnlySpan<byte> json, ulong? ackId, List<ReadOnlyMemory<byte>>? attachments)
    {
        if (!socket.HasEventMiddleware)
        {
            Dispatch(socket, json, ackId);
            return;
        }

        long size = json.Length + (attachments?.Sum(static attachment => (long)attachment.Length) ?? 0);
        Task previous = socket.Filtering;
        (string name, IReadOnlyList<JsonData> arguments) = ReadEvent(json);
        Task filtering = previous.IsCompleted ? socket.RunEventMiddlewareAsync(name, arguments) : FilterAfterAsync(previous, socket, name, arguments);
        if (filtering.IsCompletedSuccessfully)
        {
            Dispatch(socket, json, ackId);
            return;
        }

        // The packet's own bytes are reused when this returns.
        handlers.BeginWaiting(size);
        socket.Filtering = DispatchAfterAsync(filtering, socket, name, json.ToArray(), OriginalText.Current, ackId, attachments, size);
        handlers.Track(socket.Filtering, name, socket);
    }

    private static async Task FilterAfterAsync(Task previous, Socket socket, string name, IReadOnlyList<JsonData> arguments)
    {
        await previous;
        await socket.RunEventMiddlewareAsync(name, arguments);
    }

    private async Task DispatchAfterAsync(
        Task filtering, Socket socket, string name, byte[] json, byte[]? original, ulong? ackId, List<ReadOnlyMemory<byte>>? attachments, long size)
    {
        try
        {
            try
            {
                await filtering;
            }
            catch (Exception exception) when (RunningHandlers.IsEndWithSocket(socket, exception))
            {
                server.Log.EndedWithSocket(LogText.Clean(name), socket.Id, exception.Message);
                return;
            }
            catch (Exception exception)
            {
                server.Log.EventRefused(LogText.Clean(name), socket.Id, exception);
                return;
            }

            await turn.WaitAsync();
            IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
            OriginalText.Scope outerText = OriginalText.Enter(original);
            AttachmentScope.Received = attachments ?? (IReadOnlyList<ReadOnlyMemory<byte>>)[];
            try
            {
                if (socket.IsConnected)
                {
                    Dispatch(socket, json, ackId);
                }
            }
            finally
            {
                AttachmentScope.Received = outer;
                outerText.Dispose();
                turn.Release();
            }
        }
        finally
        {
            handlers.EndWaiting(size);
        }
    }

    private (string Name, IReadOnlyList<JsonData> Arguments) ReadEvent(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = EventPayload.ReadArguments(OriginalText.Current ?? json, server.Serializer.MaxDepth, isEvent: true);
        var arguments = new List<JsonData>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            arguments.Add(new JsonData(JsonElement.ParseValue(ref reader), AttachmentScope.Received, server.Serializer.Options));
        }

        return (EventPayload.ReadName(json, []).ToString(), arguments);
    }

    private void Dispatch(Socket socket, ReadOnlySpan<byte> json, ulong? ackId)
    {
        Span<char> buffer = stackalloc char[256];
        ReadOnlySpan<char> name = EventPayload.ReadName(json, buffer);
        EventListener[] listeners = socket.TakeListeners(name);
        if (socket.SeesEveryEvent)
        {
            (string eventName, IReadOnlyList<JsonData> all) = ReadEvent(json);
            foreach (Func<string, IReadOnlyList<JsonData>, Task> listener in socket.AnyListeners)
            {
                handlers.Run(() => listener(eventName, all), eventName, socket);
            }
        }

        if (listeners.Length == 0)
        {
            server.Metrics.Unhandled();
            server.Log.Unhandled(LogText.Clean(name), socket.Id);
            return;
        }

        Ack ack = ackId is { } id ? new Ack(socket, id) : default;
        bool isTimed = server.Metrics.TimesHandlers;
        bool isTraced = SocketIOActivities.HasListeners;
        string? reportedName = isTimed || isTraced || server.Metrics.CountsEvents ? name.ToString() : null;
        if (reportedName is not null)
        {
            server.Metrics.EventReceived(reportedName);
        }

        long start = isTimed ? Stopwatch.GetTimestamp() : 0;
        Activity? outer = isTraced ? Activity.Current : null;
        Activity? activity = isTraced ? SocketIOActivities.StartProcess(reportedName!, socket.Namespace.Name, socket.Id, connection) : null;
        IDisposable? scope = isTraced ? server.Log.BeginHandler(socket.Id, socket.Namespace.Name, reportedName!) : null;
        List<Task>? running = null;
        Utf8JsonReader arguments = EventPayload.ReadArguments(json, server.Serializer.MaxDepth, isEvent: true);
        foreach (EventListener listener in listeners)
        {
            if (!listener.TryTake())
            {
                continue;
            }

            var reader = new ArgumentReader(arguments, server.Serializer.Options, ack, socket);
            try
            {
                Task task = listener.InvokeAsync(ref reader);
                if (!task.IsCompletedSuccessfully)
                {
                    handlers.Track(task, name.ToString(), socket);
                    (running ??= []).Add(task);
                }
            }
            catch (JsonException exception) when (reader.Expected is { } expected)
            {
                SocketIOActivities.Fail(activity, exception);
                server.Log.BadArgument(reader.Position, name, socket.Id, expected, exception);
            }
            catch (Exception exception)
            {
                SocketIOActivities.Fail(activity, exception);
                handlers.OnFailed(name.ToString(), socket, exception);
            }
        }

        if (isTimed || isTraced)
        {
            // The handlers have their own copy of the context; whoever reads the next packet must not inherit it.
            scope?.Dispose();
            if (isTraced)
            {
                Activity.Current = outer;
            }

            handlers.Own(ReportAsync(running, socket, activity, reportedName!, start), socket.Connection.Session.Id);
        }
    }

    private async Task ReportAsync(List<Task>? running, Socket socket, Activity? activity, string eventName, long start)
    {
        foreach (Task task in running ?? [])
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if ((task.Exception?.InnerException ?? task.Exception) is { } exception && !RunningHandlers.IsEndWithSocket(socket, exception))
            {
                SocketIOActivities.Fail(activity, exception);
            }
        }

        if (start != 0)
        {
            server.Metrics.HandlerRan(Stopwatch.GetElapsedTime(start), eventName);
        }

        activity?.Dispose();
    }
}
