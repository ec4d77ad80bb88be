using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Reads what a client POSTs (Engine.IO protocol revision 4, "HTTP long-polling"): packets joined by the record separator
/// <c>\x1e</c>, a binary message as <c>b</c> and base64.
/// </summary>
internal static class PollingPayload
{
    private const byte RecordSeparator = 0x1e;

    /// <summary>How reading ended.</summary>
    internal enum Outcome
    {
        Read,
        TooLarge,
        Malformed,
        UnknownFormat,
        BrokenBody,
        Aborted,
    }

    /// <summary>Reads the body of <paramref name="request"/> and hands its packets to <paramref name="session"/>.</summary>
    /// <param name="request">The POST.</param>
    /// <param name="session">Whose packets they are.</param>
    /// <param name="onBodyRead">Called when the body is complete, before the first packet is handed on.</param>
    public static async Task<Outcome> ReadAsync(HttpRequest request, EngineSession session, Action onBodyRead)
    {
        int limit = session.Server.Settings.MaxPayload;
        if (request.ContentLength > limit)
        {
            return Outcome.TooLarge;
        }

        if (request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            // Revision 3 sent binary payloads this way; revision 4 has no such thing.
            return Outcome.UnknownFormat;
        }

        // It grows with what arrives: a length that is announced costs the client nothing, and must not cost the server memory.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 1024, 64, 4096));
        try
        {
            int length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                // Not cancelled: an abort ends the read by itself, and a cancelled one would leave Kestrel's pipe in the middle of it.
                int read = await request.Body.ReadAsync(buffer.AsMemory(length), CancellationToken.None);
                if (read == 0)
                {
                    break;
                }

                length += read;
                if (length > limit)
                {
                    return Outcome.TooLarge;
                }
            }

            onBodyRead();
            return await DispatchAsync(buffer.AsMemory(0, length), session);
        }
        catch (BadHttpRequestException)
        {
            return Outcome.BrokenBody;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return Outcome.Aborted;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
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

        Memory<byte> data = text[1..];
        if (Base64.DecodeFromUtf8InPlace(data.Span, out int written) != OperationStatus.Done)
        {
            return false;
        }

        packet = new EnginePacket(EnginePacketType.Message, data[..written], IsBinary: true);
        return true;
    }

    private static async ValueTask<Outcome> DispatchAsync(Memory<byte> payload, EngineSession session)
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
