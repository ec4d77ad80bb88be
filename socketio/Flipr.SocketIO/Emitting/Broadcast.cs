using System.Diagnostics;
using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>A selection of a namespace's sockets, and how to send to them. Immutable: keep it and emit as often as you like.</summary>
public sealed class Broadcast : BroadcastSource
{
    private readonly Namespace _namespace;
    private readonly BroadcastTarget _target;

    // A list of rooms that happens to be empty must not become everybody.
    private readonly bool _isNobody;

    internal Broadcast(Namespace ns)
        : this(ns, BroadcastTarget.Everyone, isNobody: false)
    {
    }

    private Broadcast(Namespace ns, BroadcastTarget target, bool isNobody)
    {
        _namespace = ns;
        _target = target;
        _isNobody = isNobody;
    }

    internal override SocketIOSerializer Serializer => _namespace.Serializer;

    private bool IsNobody => _isNobody && _target.Rooms.IsEmpty;

    internal Broadcast WithRooms(ReadOnlySpan<string> rooms) =>
        new(_namespace, _target.With(rooms: _target.Rooms.AddRange(rooms)), _isNobody || (rooms.IsEmpty && _target.Rooms.IsEmpty));

    internal Broadcast WithoutRooms(ReadOnlySpan<string> rooms) => new(_namespace, _target.With(except: _target.Except.AddRange(rooms)), _isNobody);

    internal Broadcast WithRoom(string room) => new(_namespace, _target.With(rooms: _target.Rooms.Add(room)), _isNobody);

    internal Broadcast WithoutRoom(string room) => new(_namespace, _target.With(except: _target.Except.Add(room)), _isNobody);

    internal Broadcast With(bool? isVolatile = null, bool? compress = null, bool? isLocal = null, TimeSpan? timeout = null) =>
        new(_namespace, _target.With(isVolatile: isVolatile, compress: compress, isLocal: isLocal, timeout: timeout), _isNobody);

    /// <summary>The one socket that a <see cref="RemoteSocket"/> stands for.</summary>
    internal Broadcast AsSingle() => new(_namespace, _target.With(expectsSingleAnswer: true), _isNobody);

    /// <summary>Emits and collects the answers of all recipients.</summary>
    internal Task<T[]> CollectAsync<T>(string eventName, ReadOnlySpan<object?> arguments)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        writer.End();
        using Activity? activity = SocketIOActivities.StartPublish(eventName, _namespace.Name);
        var answers = new BroadcastAnswers<T>(_namespace.Server.Log, eventName);
        if (IsNobody)
        {
            Report(eventName, 0, activity);
            answers.Seal();
            return answers.Task;
        }

        EventPacket packet = writer.ToPacket(_namespace.WireNameBytes, eventName, copyAttachments: !_namespace.IsLocal);
        ValueTask asking;
        try
        {
            asking = _namespace.Adapter.BroadcastWithAckAsync(packet, _target, answers);
        }
        catch
        {
            packet.Release();
            throw;
        }

        Report(eventName, packet.RecipientCount, activity);
        if (!asking.IsCompletedSuccessfully)
        {
            return FinishAsync(asking, packet, answers);
        }

        packet.Release();
        answers.Seal();
        return answers.Task;
    }

    /// <summary>Sends a packet, and ends it.</summary>
    internal ValueTask SendAsync(EventPacket packet)
    {
        ValueTask sending;
        try
        {
            sending = IsNobody ? ValueTask.CompletedTask : _namespace.Adapter.BroadcastAsync(packet, _target);
        }
        catch
        {
            packet.Release();
            throw;
        }

        if (!sending.IsCompletedSuccessfully)
        {
            return ReleaseAfterAsync(sending, packet);
        }

        packet.Release();
        return ValueTask.CompletedTask;
    }

    internal ValueTask BroadcastAsync(string eventName, EventWriter writer)
    {
        using Activity? activity = SocketIOActivities.StartPublish(eventName, _namespace.Name);
        EventPacket packet = writer.ToPacket(_namespace.WireNameBytes, eventName, copyAttachments: !_namespace.IsLocal);
        ValueTask sending = SendAsync(packet);
        Report(eventName, packet.RecipientCount, activity);
        return sending;
    }

    internal ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync() =>
        IsNobody ? ValueTask.FromResult<IReadOnlyList<RemoteSocket>>([]) : _namespace.Adapter.FetchSocketsAsync(_target);

    internal ValueTask JoinAllAsync(IReadOnlyList<string> rooms) => IsNobody ? ValueTask.CompletedTask : _namespace.Adapter.SocketsJoinAsync(_target, rooms);

    internal ValueTask LeaveAllAsync(IReadOnlyList<string> rooms) => IsNobody ? ValueTask.CompletedTask : _namespace.Adapter.SocketsLeaveAsync(_target, rooms);

    internal ValueTask DisconnectAllAsync(bool close) => IsNobody ? ValueTask.CompletedTask : _namespace.Adapter.DisconnectSocketsAsync(_target, close);

    private protected override Broadcast Select() => this;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => BroadcastAsync(eventName, writer);

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

    private static async Task<T[]> FinishAsync<T>(ValueTask asking, EventPacket packet, BroadcastAnswers<T> answers)
    {
        try
        {
            await asking;
            answers.Seal();
        }
        catch (Exception exception)
        {
            answers.Fail(exception);
        }
        finally
        {
            packet.Release();
        }

        return await answers.Task;
    }

    private void Report(string eventName, int recipients, Activity? activity)
    {
        _namespace.Server.Metrics.EventSent(eventName);
        _namespace.Server.Metrics.Broadcast(recipients);
        SocketIOActivities.SetRecipients(activity, recipients);
    }
}
