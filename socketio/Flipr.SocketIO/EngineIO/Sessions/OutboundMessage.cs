using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// What is sent as one unit: a text and the binary messages that belong to it. It is encoded once, in the form of finished
/// WebSocket frames, and shared by every session it goes to; nothing can come between its parts.
/// </summary>
/// <remarks>
/// The buffer comes from the array pool. Whoever creates a message owns one reference, a queue takes one of its own, and the
/// last <see cref="Release"/> gives the buffer back. A reference that is never released costs a pooled array, nothing else.
/// </remarks>
internal sealed class OutboundMessage
{
    private const byte RecordSeparator = 0x1e;

    private readonly byte[] _buffer;
    private readonly bool _isPooled;
    private readonly Range[]? _attachments;
    private readonly int _start;
    private readonly int _end;
    private readonly Range _text;
    private int _references = 1;
    private byte[]? _pollingForm;
    private OutboundMessage? _base64Form;

    private OutboundMessage(byte[] buffer, bool isPooled, int start, int end, Range text, Range[]? attachments)
    {
        _buffer = buffer;
        _isPooled = isPooled;
        _start = start;
        _end = end;
        _text = text;
        _attachments = attachments;
    }

    /// <summary>Size in bytes, as counted against the outbound limit.</summary>
    public int Size => _end - _start;

    /// <summary>Whether a transport that can compress should do so.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>All parts as WebSocket frames, ready to be written.</summary>
    public ReadOnlySpan<byte> Frames => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The text part: the Engine.IO packet with its type; empty if the message is bytes alone.</summary>
    public ReadOnlyMemory<byte> Text => _buffer.AsMemory(_text);

    /// <summary>How many binary parts follow the text.</summary>
    public int AttachmentCount => _attachments?.Length ?? 0;

    /// <summary>A part of what the message was made of, by where it stood in the buffer.</summary>
    public ReadOnlyMemory<byte> Slice(Range range) => _buffer.AsMemory(range);

    /// <summary>The binary part number <paramref name="index"/>.</summary>
    public ReadOnlyMemory<byte> Attachment(int index) => _buffer.AsMemory(_attachments![index]);

    /// <summary>Whether the attachments are texts already: <c>b</c> and base64.</summary>
    public bool HasTextAttachments { get; private init; }

    /// <summary>
    /// The message as it goes to a client that asked for bytes in text messages (<c>b64=1</c>). Encoded once, when the first such client
    /// needs it; who asks holds a reference to this message.
    /// </summary>
    public OutboundMessage Base64Form => _attachments is null ? this : _base64Form ??= EncodeAsText();

    /// <summary>Creates an Engine.IO packet of its own, such as a ping. It may be sent any number of times.</summary>
    public static OutboundMessage FromPacket(EnginePacketType type, ReadOnlySpan<byte> data = default)
    {
        int header = WebSocketFrame.HeaderLength(1 + data.Length);
        var buffer = new byte[header + 1 + data.Length];
        WebSocketFrame.WriteHeader(buffer, WebSocketFrame.Text, 1 + data.Length);
        buffer[header] = (byte)type;
        data.CopyTo(buffer.AsSpan(header + 1));
        return new OutboundMessage(buffer, false, 0, buffer.Length, header..buffer.Length, null);
    }

    /// <summary>Wraps frames that are finished already: the pong and close frames of the framework's WebSocket.</summary>
    public static OutboundMessage FromFrames(ReadOnlySpan<byte> frames) =>
        new(frames.ToArray(), false, 0, frames.Length, default, null);

    /// <summary>Makes a message packet of a text and its attachments.</summary>
    /// <param name="buffer">Holds the text, with at least <see cref="MessageBuffer.FrameRoom"/> bytes of room in front. Its array is taken over.</param>
    /// <param name="attachments">The binary messages that follow the text.</param>
    /// <param name="compress">Whether a transport that can compress should do so.</param>
    public static OutboundMessage FromText(MessageBuffer buffer, IReadOnlyList<ReadOnlyMemory<byte>> attachments, bool compress)
    {
        buffer.Prepend([(byte)EnginePacketType.Message]);
        var text = new Range(buffer.Start, buffer.End);
        Span<byte> header = stackalloc byte[WebSocketFrame.MaxHeaderLength];
        int headerLength = WebSocketFrame.WriteHeader(header, WebSocketFrame.Text, buffer.End - buffer.Start);
        buffer.Prepend(header[..headerLength]);

        Range[]? parts = null;
        if (attachments.Count > 0)
        {
            parts = new Range[attachments.Count];
            for (int i = 0; i < parts.Length; i++)
            {
                ReadOnlySpan<byte> bytes = attachments[i].Span;
                headerLength = WebSocketFrame.WriteHeader(header, WebSocketFrame.Binary, bytes.Length);
                buffer.Write(header[..headerLength]);
                parts[i] = new Range(buffer.End, buffer.End + bytes.Length);
                buffer.Write(bytes);
            }
        }

        int start = buffer.Start;
        int end = buffer.End;
        return new OutboundMessage(buffer.Detach(), true, start, end, text, parts) { Compress = compress };
    }

    /// <summary>Makes a message that is bytes alone: what a parser writes whose packets are not text.</summary>
    /// <param name="buffer">Holds the bytes, with at least <see cref="MessageBuffer.FrameRoom"/> bytes of room in front. Its array is taken over.</param>
    /// <param name="compress">Whether a transport that can compress should do so.</param>
    public static OutboundMessage FromBinary(MessageBuffer buffer, bool compress)
    {
        var bytes = new Range(buffer.Start, buffer.End);
        Span<byte> header = stackalloc byte[WebSocketFrame.MaxHeaderLength];
        int headerLength = WebSocketFrame.WriteHeader(header, WebSocketFrame.Binary, buffer.End - buffer.Start);
        buffer.Prepend(header[..headerLength]);
        int start = buffer.Start;
        int end = buffer.End;
        return new OutboundMessage(buffer.Detach(), true, start, end, default, [bytes]) { Compress = compress };
    }

    /// <summary>Takes a reference.</summary>
    public void Retain()
    {
        if (_isPooled)
        {
            Interlocked.Increment(ref _references);
        }
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        if (_isPooled && Interlocked.Decrement(ref _references) == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    /// <summary>
    /// The message as it stands in a polling payload: packets joined by a record separator, binary as <c>b</c> and base64.
    /// Built once, when the first polling session needs it.
    /// </summary>
    public ReadOnlyMemory<byte> PollingForm
    {
        get
        {
            if (_attachments is null)
            {
                return Text;
            }

            return _pollingForm ??= EncodeForPolling();
        }
    }

    private byte[] EncodeForPolling()
    {
        var form = new ArrayBufferWriter<byte>(Size * 4 / 3 + 64);
        form.Write(Text.Span);
        for (int i = 0; i < AttachmentCount; i++)
        {
            ReadOnlySpan<byte> bytes = Attachment(i).Span;
            if (form.WrittenCount > 0)
            {
                form.Write([RecordSeparator]);
            }

            if (HasTextAttachments)
            {
                form.Write(bytes);
            }
            else
            {
                WriteBase64(form, bytes);
            }
        }

        return form.WrittenSpan.ToArray();
    }

    private OutboundMessage EncodeAsText()
    {
        var form = new ArrayBufferWriter<byte>((Size * 4 / 3) + 64);
        Range text = default;
        if (!Text.IsEmpty)
        {
            WriteFrameHeader(form, Text.Length);
            text = new Range(form.WrittenCount, form.WrittenCount + Text.Length);
            form.Write(Text.Span);
        }

        var parts = new Range[AttachmentCount];
        for (int i = 0; i < parts.Length; i++)
        {
            ReadOnlySpan<byte> bytes = Attachment(i).Span;
            WriteFrameHeader(form, 1 + Base64.GetMaxEncodedToUtf8Length(bytes.Length));
            int start = form.WrittenCount;
            WriteBase64(form, bytes);
            parts[i] = new Range(start, form.WrittenCount);
        }

        return new OutboundMessage(form.WrittenSpan.ToArray(), false, 0, form.WrittenCount, text, parts) { Compress = Compress, HasTextAttachments = true };
    }

    private static void WriteFrameHeader(ArrayBufferWriter<byte> form, int length) =>
        form.Advance(WebSocketFrame.WriteHeader(form.GetSpan(WebSocketFrame.MaxHeaderLength), WebSocketFrame.Text, length));

    private static void WriteBase64(ArrayBufferWriter<byte> form, ReadOnlySpan<byte> bytes)
    {
        form.Write([(byte)'b']);
        Base64.EncodeToUtf8(bytes, form.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out int written);
        form.Advance(written);
    }

    public override string ToString() => Encoding.UTF8.GetString(Text.Span);
}
