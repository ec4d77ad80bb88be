using System.Diagnostics;
using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>The sockets of one namespace.</summary>
internal sealed class NamespaceScope(Namespace ns) : BroadcastScope
{
    public override SocketIOServer Server => ns.Server;

    public override Activity? StartPublish(string eventName) => SocketIOActivities.StartPublish(eventName, ns.Name);

    public override ValueTask SendAsync(string eventName, EventWriter writer, BroadcastTarget target, out int recipients) =>
        SendAsync(ToPacket(eventName, writer), target, answers: null, out recipients);

    public override ValueTask AskAsync(string eventName, EventWriter writer, BroadcastTarget target, AnswerCollector answers, out int recipients) =>
        SendAsync(ToPacket(eventName, writer), target, answers, out recipients);

    public override ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(BroadcastTarget target) => ns.Adapter.FetchSocketsAsync(target);

    public override ValueTask ForEachAsync(Func<Adapter, ValueTask> action) => action(ns.Adapter);

    /// <summary>Sends a packet, and ends it.</summary>
    public ValueTask SendAsync(EventPacket packet, BroadcastTarget target, AnswerCollector? answers, out int recipients)
    {
        ValueTask sending;
        try
        {
            sending = answers is null ? ns.Adapter.BroadcastAsync(packet, target) : ns.Adapter.BroadcastWithAckAsync(packet, target, answers);
        }
        catch
        {
            packet.Release();
            throw;
        }

        recipients = packet.RecipientCount;
        if (!sending.IsCompletedSuccessfully)
        {
            return ReleaseAfterAsync(sending, packet);
        }

        packet.Release();
        return ValueTask.CompletedTask;
    }

    private EventPacket ToPacket(string eventName, EventWriter writer) => writer.ToPacket(ns.WireNameBytes, eventName, copyAttachments: !ns.IsLocal);

    private static async ValueTask ReleaseAfterAsync(ValueTask sending, EventPacket packet)
    {
        try
        {
            await sending;
        }
        finally
        {
            packet.Release();
        }
    }
}
