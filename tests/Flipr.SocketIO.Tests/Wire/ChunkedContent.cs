using System.Net;
using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>A request body whose length is not announced.</summary>
public sealed class ChunkedContent(string text) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int at = 0; at < bytes.Length; at += 1000)
        {
            await stream.WriteAsync(bytes.AsMemory(at, Math.Min(1000, bytes.Length - at)));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
