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

    /// <summary>The socket hears of changes that touch the box, and of no others.</summary>
    public async ValueTask WatchAsync(Socket socket, BoundingBox box)
    {
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

    public void Forget(Socket socket) => _boxes.TryRemove(socket.Id, out _);

    /// <summary>The sids of those whose box the change touches.</summary>
    public IEnumerable<string> OfBoxesTouchedBy(Change change) =>
        _boxes.Where(watching => change.Touches(watching.Value)).Select(watching => watching.Key);
}
