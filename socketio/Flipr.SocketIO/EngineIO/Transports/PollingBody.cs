using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>What a client POSTed, read to its end; the array is the pool's until it is disposed.</summary>
internal sealed class PollingBody : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _length;

    private PollingBody(byte[] buffer, int length, PollingPayload.Outcome outcome)
    {
        _buffer = buffer;
        _length = length;
        Outcome = outcome;
    }

    /// <summary>How reading ended.</summary>
    public PollingPayload.Outcome Outcome { get; }

    /// <summary>The payload.</summary>
    public Memory<byte> Data => _buffer.AsMemory(0, _length);

    /// <summary>Reads the body of <paramref name="request"/>.</summary>
    /// <param name="request">The POST.</param>
    /// <param name="limit">How many bytes it may have.</param>
    public static async Task<PollingBody> ReadAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
        {
            return new PollingBody([], 0, PollingPayload.Outcome.TooLarge);
        }

        if (request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            // Revision 3 sent binary payloads this way; revision 4 has no such thing.
            return new PollingBody([], 0, PollingPayload.Outcome.UnknownFormat);
        }

        // It grows with what arrives: a length that is announced costs the client nothing, and must not cost the server memory.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 1024, 64, 4096));
        int length = 0;
        PollingPayload.Outcome? outcome = null;
        try
        {
            while (outcome is null)
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
                length += read;
                outcome = read == 0 ? PollingPayload.Outcome.Read : length > limit ? PollingPayload.Outcome.TooLarge : null;
            }
        }
        catch (BadHttpRequestException)
        {
            outcome = PollingPayload.Outcome.BrokenBody;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            outcome = PollingPayload.Outcome.Aborted;
        }
        finally
        {
            if (outcome is null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return new PollingBody(buffer, length, outcome.Value);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
