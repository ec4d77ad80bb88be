using System.Buffers;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// A growing buffer from the array pool that keeps room in front of what is written: the headers of a message depend on
/// its content (length, number of attachments), and are put there afterwards without moving the content.
/// </summary>
internal sealed class MessageBuffer : IBufferWriter<byte>
{
    /// <summary>Bytes that <see cref="OutboundMessage"/> needs in front of a text: the largest WebSocket header and the Engine.IO packet type.</summary>
    public const int FrameRoom = WebSocketFrame.MaxHeaderLength + 1;

    private byte[] _bytes = [];
    private int _end;

    public MessageBuffer()
    {
    }

    /// <summary>Goes on where another buffer has been detached.</summary>
    public MessageBuffer(byte[] bytes, int start, int end)
    {
        _bytes = bytes;
        Start = start;
        _end = end;
    }

    /// <summary>Index of the first byte in use.</summary>
    public int Start { get; private set; }

    /// <summary>Index behind the last byte in use.</summary>
    public int End => _end;

    /// <summary>What has been written, headers included.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(Start, _end - Start);

    /// <summary>Empties the buffer and keeps <paramref name="room"/> bytes in front of what comes next.</summary>
    public void Begin(int room, int capacity = 256)
    {
        Start = _end = room;
        if (_bytes.Length < room + capacity)
        {
            Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(room + capacity);
        }
    }

    /// <summary>Puts <paramref name="bytes"/> in front of everything written so far.</summary>
    public void Prepend(ReadOnlySpan<byte> bytes)
    {
        Start -= bytes.Length;
        bytes.CopyTo(_bytes.AsSpan(Start));
    }

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <summary>Hands the array over to a message, which returns it to the pool.</summary>
    public byte[] Detach()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        return bytes;
    }

    /// <summary>Gives the array back if it has grown beyond <paramref name="limit"/> bytes, so that one large message does not stay.</summary>
    public void Trim(int limit)
    {
        if (_bytes.Length > limit)
        {
            Return(_bytes);
            _bytes = [];
        }
    }

    private void Ensure(int sizeHint)
    {
        sizeHint = Math.Max(sizeHint, 1);
        if (_bytes.Length - _end >= sizeHint)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_end + sizeHint), _bytes.Length * 2));
        _bytes.AsSpan(Start, _end - Start).CopyTo(larger.AsSpan(Start));
        Return(_bytes);
        _bytes = larger;
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
