using System.Diagnostics;
using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>The sockets of all namespaces that exist by one pattern or function. What one of them throws does not cost the others the operation.</summary>
/// <param name="server">The server.</param>
/// <param name="parent">The pattern or function.</param>
/// <param name="name">What spans call it.</param>
internal sealed class ParentScope(SocketIOServer server, ParentNamespace parent, string name) : BroadcastScope
{
    public override SocketIOServer Server => server;

    public override Activity? StartPublish(string eventName) => SocketIOActivities.StartPublish(eventName, name);

    public override ValueTask SendAsync(string eventName, EventWriter writer, BroadcastTarget target, out int recipients) =>
        SendToAllAsync(eventName, writer, target, answers: null, out recipients);

    public override ValueTask AskAsync(string eventName, EventWriter writer, BroadcastTarget target, AnswerCollector answers, out int recipients) =>
        SendToAllAsync(eventName, writer, target, answers, out recipients);

    public override async ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(BroadcastTarget target)
    {
        var sockets = new List<RemoteSocket>();
        foreach (Namespace child in parent.Children)
        {
            sockets.AddRange(await child.Adapter.FetchSocketsAsync(target));
        }

        return sockets;
    }

    public override ValueTask ForEachAsync(Func<Adapter, ValueTask> action)
    {
        var running = default(Running);
        foreach (Namespace child in parent.Children)
        {
            try
            {
                running.Add(action(child.Adapter));
            }
            catch (Exception exception)
            {
                running.Add(exception);
            }
        }

        return running.WaitAsync();
    }

    private ValueTask SendToAllAsync(string eventName, EventWriter writer, BroadcastTarget target, AnswerCollector? answers, out int recipients)
    {
        recipients = 0;
        EventPacket? packet = null;
        var running = default(Running);
        foreach (Namespace child in parent.Children)
        {
            packet ??= writer.ToPacket(child.WireNameBytes, eventName, copyAttachments: true);
            try
            {
                running.Add(child.Scope.SendAsync(packet.CopyTo(child), target, answers, out int more));
                recipients += more;
            }
            catch (Exception exception)
            {
                running.Add(exception);
            }
        }

        packet?.Release();
        return running.WaitAsync();
    }

    /// <summary>What goes on in several namespaces at once.</summary>
    private struct Running
    {
        private List<Task>? _tasks;

        public void Add(ValueTask task)
        {
            if (!task.IsCompletedSuccessfully)
            {
                (_tasks ??= []).Add(task.AsTask());
            }
        }

        public void Add(Exception exception) => (_tasks ??= []).Add(Task.FromException(exception));

        /// <summary>Completes when all have ended. One exception comes as it is, several together.</summary>
        public readonly ValueTask WaitAsync() => _tasks is null ? ValueTask.CompletedTask : new ValueTask(WaitAsync(_tasks));

        private static async Task WaitAsync(List<Task> tasks)
        {
            Task all = Task.WhenAll(tasks);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (all.Exception is { InnerExceptions.Count: > 1 } several)
            {
                throw several.Flatten();
            }

            await all;
        }
    }
}
