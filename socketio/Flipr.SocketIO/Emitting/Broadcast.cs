using System.Diagnostics;
using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>A selection of a namespace's sockets, and how to send to them. Immutable: keep it and emit as often as you like.</summary>
public sealed class Broadcast : BroadcastSource
{
    private readonly BroadcastScope _scope;
    private readonly BroadcastTarget _target;

    // A list of rooms that happens to be empty must not become everybody.
    private readonly bool _isNobody;

    internal Broadcast(BroadcastScope scope)
        : this(scope, BroadcastTarget.Everyone, isNobody: false)
    {
    }

    private Broadcast(BroadcastScope scope, BroadcastTarget target, bool isNobody)
    {
        _scope = scope;
        _target = target;
        _isNobody = isNobody;
    }

    internal override SocketIOSerializer Serializer => _scope.Server.Serializer;

    private bool IsNobody => _isNobody && _target.Rooms.IsEmpty;

    internal Broadcast WithRooms(ReadOnlySpan<string> rooms) =>
        new(_scope, _target.With(rooms: _target.Rooms.AddRange(rooms)), _isNobody || (rooms.IsEmpty && _target.Rooms.IsEmpty));

    internal Broadcast WithoutRooms(ReadOnlySpan<string> rooms) => new(_scope, _target.With(except: _target.Except.AddRange(rooms)), _isNobody);

    internal Broadcast WithRoom(string room) => new(_scope, _target.With(rooms: _target.Rooms.Add(room)), _isNobody);

    internal Broadcast WithoutRoom(string room) => new(_scope, _target.With(except: _target.Except.Add(room)), _isNobody);

    internal Broadcast With(bool? isVolatile = null, bool? compress = null, bool? isLocal = null, TimeSpan? timeout = null) =>
        new(_scope, _target.With(isVolatile: isVolatile, compress: compress, isLocal: isLocal, timeout: timeout), _isNobody);

    /// <summary>The one socket that a <see cref="RemoteSocket"/> stands for.</summary>
    internal Broadcast AsSingle() => new(_scope, _target.With(expectsSingleAnswer: true), _isNobody);

    /// <summary>Emits and collects the answers of all recipients.</summary>
    internal Task<T[]> CollectAsync<T>(string eventName, ReadOnlySpan<object?> arguments)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        writer.End();
        using Activity? activity = _scope.StartPublish(eventName);
        var answers = new BroadcastAnswers<T>(_scope.Server.Log, eventName);
        int recipients = 0;
        ValueTask asking = IsNobody ? ValueTask.CompletedTask : _scope.AskAsync(eventName, writer, _target, answers, out recipients);
        Report(eventName, recipients, activity);
        if (!asking.IsCompletedSuccessfully)
        {
            return FinishAsync(asking, answers);
        }

        answers.Seal();
        return answers.Task;
    }

    internal ValueTask BroadcastAsync(string eventName, EventWriter writer)
    {
        using Activity? activity = _scope.StartPublish(eventName);
        int recipients = 0;
        ValueTask sending = IsNobody ? ValueTask.CompletedTask : _scope.SendAsync(eventName, writer, _target, out recipients);
        Report(eventName, recipients, activity);
        return sending;
    }

    internal ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync() =>
        IsNobody ? ValueTask.FromResult<IReadOnlyList<RemoteSocket>>([]) : _scope.FetchAsync(_target);

    internal ValueTask JoinAllAsync(IReadOnlyList<string> rooms) => ForEachAsync(adapter => adapter.SocketsJoinAsync(_target, rooms));

    internal ValueTask LeaveAllAsync(IReadOnlyList<string> rooms) => ForEachAsync(adapter => adapter.SocketsLeaveAsync(_target, rooms));

    internal ValueTask DisconnectAllAsync(bool close) => ForEachAsync(adapter => adapter.DisconnectSocketsAsync(_target, close));

    private protected override Broadcast Select() => this;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => BroadcastAsync(eventName, writer);

    private static async Task<T[]> FinishAsync<T>(ValueTask asking, BroadcastAnswers<T> answers)
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

        return await answers.Task;
    }

    private ValueTask ForEachAsync(Func<Adapter, ValueTask> action) => IsNobody ? ValueTask.CompletedTask : _scope.ForEachAsync(action);

    private void Report(string eventName, int recipients, Activity? activity)
    {
        _scope.Server.Metrics.EventSent(eventName);
        _scope.Server.Metrics.Broadcast(recipients);
        SocketIOActivities.SetRecipients(activity, recipients);
    }
}
