using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Reads what a client POSTs (Engine.IO protocol revision 4, "HTTP long-polling"): packets joined by the record separator
/// <c>\x1e</c>, a binary message as <c>b</c> and base64.
/// </summary>
internal static class PollingPayload
{
    private const byte RecordSeparator = 0x1e;

    /// <summary>What became of a POST.</summary>
    internal enum Outcome
    {
        Read,
        TooLarge,
        Malformed,
        UnknownFormat,
        BrokenBody,
        Aborted,

        /// <summary>Too many wait for their turn already.</summary>
        Crowded,

        /// <summary>The session ended in error before its packets had their turn.</summary>
        Late,
    }

    /// <summary>Takes the first packet off a payload.</summary>
    /// <param name="payload">The payload; what is left of it afterwards, or empty. Base64 in it is decoded in place.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>Whether there was a well-formed packet.</returns>
    public static bool TryReadPacket(ref Memory<byte> payload, out EnginePacket packet)
    {
        packet = default;
        int end = payload.Span.IndexOf(RecordSeparator);
        Memory<byte> text = end < 0 ? payload : payload[..end];
        payload = end < 0 ? default : payload[(end + 1)..];
        if (text.IsEmpty || (end >= 0 && payload.IsEmpty))
        {
            // Nothing between, before or behind separators.
            return false;
        }

        if (text.Span[0] != 'b')
        {
            packet = new EnginePacket((EnginePacketType)text.Span[0], text[1..], IsBinary: false);
            return true;
        }

        return TryDecode(text[1..], out packet);
    }

    /// <summary>Reads what stands behind the <c>b</c> of a binary message. It is decoded in place.</summary>
    public static bool TryDecode(Memory<byte> base64, out EnginePacket packet)
    {
        packet = default;
        if (Base64.DecodeFromUtf8InPlace(base64.Span, out int written) != OperationStatus.Done)
        {
            return false;
        }

        packet = new EnginePacket(EnginePacketType.Message, base64[..written], IsBinary: true);
        return true;
    }

    /// <summary>Hands the packets of a payload to <paramref name="session"/>, in order.</summary>
    public static async ValueTask<Outcome> DispatchAsync(Memory<byte> payload, EngineSession session)
    {
        if (payload.IsEmpty || !Utf8.IsValid(payload.Span))
        {
            return Outcome.Malformed;
        }

        do
        {
            if (!TryReadPacket(ref payload, out EnginePacket packet))
            {
                return Outcome.Malformed;
            }

            await session.OnPacketAsync(packet);
        }
        while (!payload.IsEmpty);

        // A packet that closed the session in error is an error of the request that brought it.
        return session.Reason == CloseReason.ParseError ? Outcome.Malformed : Outcome.Read;
    }
}
