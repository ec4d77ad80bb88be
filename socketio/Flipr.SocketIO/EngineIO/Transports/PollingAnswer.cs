using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>Writes the answer to a polling GET: the packets, joined by the record separator, compressed if that pays.</summary>
internal static class PollingAnswer
{
    private const byte RecordSeparator = 0x1e;
    private const int FlushThreshold = 64 * 1024;

    /// <returns>Whether all of it has been handed over; not when the client was gone in the middle.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, List<OutboundMessage> batch, int? compressionThreshold)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers.CacheControl = "no-store";

        long length = batch.Count - 1;
        bool compress = false;
        foreach (OutboundMessage message in batch)
        {
            length += message.PollingForm.Length;
            compress |= message.Compress;
        }

        string? encoding = compress && length >= compressionThreshold ? ChooseEncoding(context.Request) : null;
        if (encoding is null)
        {
            response.ContentLength = length;
            return await WriteAsync(response.BodyWriter, batch);
        }

        response.Headers.ContentEncoding = encoding;
        await using Stream compressed = encoding == "gzip"
            ? new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i > 0)
            {
                await compressed.WriteAsync(new[] { RecordSeparator }, CancellationToken.None);
            }

            await compressed.WriteAsync(batch[i].PollingForm, CancellationToken.None);
        }

        return true;
    }

    // A client that does not read holds up no more than this in the connection's buffers; the messages themselves are shared.
    private static async Task<bool> WriteAsync(PipeWriter writer, List<OutboundMessage> batch)
    {
        int unflushed = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (i > 0)
            {
                writer.Write([RecordSeparator]);
            }

            ReadOnlyMemory<byte> rest = batch[i].PollingForm;
            while (!rest.IsEmpty)
            {
                int taken = Math.Min(rest.Length, FlushThreshold - unflushed);
                writer.Write(rest.Span[..taken]);
                rest = rest[taken..];
                unflushed += taken;
                if (unflushed == FlushThreshold)
                {
                    unflushed = 0;
                    if ((await writer.FlushAsync(CancellationToken.None)).IsCompleted)
                    {
                        return false; // Nobody is there to take the rest.
                    }
                }
            }
        }

        // That the connection has ended by now says nothing: most clients that have all of it are done with the connection.
        await writer.FlushAsync(CancellationToken.None);
        return true;
    }

    private static string? ChooseEncoding(HttpRequest request)
    {
        foreach (var accepted in request.GetTypedHeaders().AcceptEncoding)
        {
            if (accepted.Quality is not 0 && (accepted.Value == "gzip" || accepted.Value == "deflate"))
            {
                return accepted.Value.Value;
            }
        }

        return null;
    }
}
