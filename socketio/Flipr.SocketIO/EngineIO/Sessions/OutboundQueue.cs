using System.Diagnostics.CodeAnalysis;

namespace Flipr.SocketIO.EngineIO;

/// <summary>What waits to be sent, in order, with its size in bytes. Not thread-safe: the session's gate guards it.</summary>
internal struct OutboundQueue
{
    private const int InitialCapacity = 4;

    private OutboundMessage[]? _items;
    private int _head;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Appends a message and takes a reference to it.</summary>
    public void Enqueue(OutboundMessage message)
    {
        message.Retain();
        _items ??= new OutboundMessage[InitialCapacity];
        if (Count == _items.Length)
        {
            var larger = new OutboundMessage[_items.Length * 2];
            for (int i = 0; i < Count; i++)
            {
                larger[i] = _items[(_head + i) & (_items.Length - 1)];
            }

            _items = larger;
            _head = 0;
        }

        _items[(_head + Count++) & (_items.Length - 1)] = message;
        Bytes += message.Size;
    }

    /// <summary>Takes the first message; its reference goes to the caller, who releases it.</summary>
    public bool TryDequeue([NotNullWhen(true)] out OutboundMessage? message)
    {
        if (Count == 0)
        {
            message = null;
            return false;
        }

        message = _items![_head];
        _items[_head] = null!;
        _head = (_head + 1) & (_items.Length - 1);
        Bytes -= message.Size;
        if (--Count == 0 && _items.Length > 64)
        {
            // An idle connection does not keep the memory of its busiest moment.
            _items = null;
            _head = 0;
        }

        return true;
    }

    /// <summary>Whether a message waits, looked for from the front.</summary>
    public readonly bool Contains(OutboundMessage message)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_items![(_head + i) & (_items.Length - 1)] == message)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Throws away what waits.</summary>
    public void Clear()
    {
        while (TryDequeue(out OutboundMessage? message))
        {
            message.Release();
        }
    }
}
