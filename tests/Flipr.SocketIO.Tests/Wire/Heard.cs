using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>What the server's handlers heard, in order: they call <see cref="Add"/>, the test awaits <see cref="NextAsync"/>.</summary>
public sealed class Heard<T>(string what)
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();
    private readonly ConcurrentQueue<T> _all = new();

    /// <summary>Everything heard so far, also what <see cref="NextAsync"/> has given out.</summary>
    public IReadOnlyList<T> All => [.. _all];

    /// <summary>Called by a handler.</summary>
    public void Add(T item)
    {
        _all.Enqueue(item);
        _items.Writer.TryWrite(item);
    }

    /// <summary>The next one heard; fails when none comes in time.</summary>
    public async Task<T> NextAsync() =>
        await _items.Reader.ReadAsync().AsTask().Within($"hearing {what}; heard so far: [{string.Join(", ", All)}]");
}
