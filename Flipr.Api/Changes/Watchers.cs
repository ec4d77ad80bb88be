using System.Collections.Concurrent;
using Flipr.Api.Listings;
using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>Who watches what: everything, which is a room, or a box of their own.</summary>
internal sealed class Watchers
{
    /// <summary>The room of those who watch everything.</summary>
    public const string OfEverything = "watching everything";

    // Looked through for each change. An index by tile would only pay with tens of thousands of boxes: each costs a few comparisons.
    private readonly ConcurrentDictionary<string, BoundingBox> _boxes = new(StringComparer.Ordinal);

    // Who has caught up further than what is announced, and to where: hardly ever anybody, and not for long.
    private readonly ConcurrentDictionary<string, long> _ahead = new(StringComparer.Ordinal);

    /// <summary>The socket hears of changes that touch the box, and of no others.</summary>
    public async ValueTask WatchAsync(Socket socket, BoundingBox box)
    {
        _ahead.TryRemove(socket.Id, out _); // It was of what was watched before.
        _boxes[socket.Id] = box;
        await socket.LeaveAsync(OfEverything);
        if (!socket.IsConnected)
        {
            Forget(socket);
        }
    }

    /// <summary>The socket hears of everything.</summary>
    public async ValueTask WatchEverythingAsync(Socket socket)
    {
        await socket.JoinAsync(OfEverything);
        Forget(socket);
    }

    /// <summary>The socket knows by an answer what will be announced up to a position: it need not hear of that again. Between two announcements only.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="box">What the answer told of; null for everything. Who watches more hears it all.</param>
    /// <param name="position">The place in the log.</param>
    public void Know(Socket socket, BoundingBox? box, long position)
    {
        if (box is null || (_boxes.TryGetValue(socket.Id, out BoundingBox watched) && watched == box))
        {
            _ahead.AddOrUpdate(socket.Id, position, (_, known) => Math.Max(known, position));
            if (!socket.IsConnected)
            {
                Forget(socket);
            }
        }
    }

    /// <summary>The sids of those who know of a change that is about to be announced. Once for each change, in their order.</summary>
    public string[] WhoKnow(Change change)
    {
        if (_ahead.IsEmpty)
        {
            return [];
        }

        KeyValuePair<string, long>[] ahead = [.. _ahead];
        foreach (KeyValuePair<string, long> past in ahead.Where(one => one.Value <= change.Position))
        {
            _ahead.TryRemove(past);
        }

        return [.. ahead.Where(one => one.Value >= change.Position).Select(one => one.Key)];
    }

    /// <summary>The log is another one: nobody knows anything of it.</summary>
    public void NobodyKnows() => _ahead.Clear();

    public void Forget(Socket socket)
    {
        _boxes.TryRemove(socket.Id, out _);
        _ahead.TryRemove(socket.Id, out _);
    }

    /// <summary>The sids of those whose box the change touches.</summary>
    public IEnumerable<string> OfBoxesTouchedBy(Change change) =>
        _boxes.Where(watching => change.Touches(watching.Value)).Select(watching => watching.Key);
}
