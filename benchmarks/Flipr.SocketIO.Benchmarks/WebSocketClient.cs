using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A client over a WebSocket, on a plain socket.</summary>
internal sealed class WebSocketClient : BenchmarkClient
{
    private readonly NetworkStream _stream;
    private readonly PipeReader _reader;
    private readonly SemaphoreSlim _sending = new(1, 1);

    // A message that came in fragments so far.
    private readonly ArrayBufferWriter<byte> _fragments = new();

    private WebSocketClient(string ns, System.Net.Sockets.Socket socket)
        : base(ns)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 128 * 1024));
    }

    public static async Task<WebSocketClient> ConnectAsync(int port, string ns, string auth = "")
    {
        System.Net.Sockets.Socket socket = await WireClient.OpenAsync(port);
        var client = new WebSocketClient(ns, socket);
        await client.JoinAsync(auth);
        return client;
    }

    public override async Task SendAsync(string packet)
    {
        byte[] frame = ClientFrame.Of(Encoding.UTF8.GetBytes(packet));
        await _sending.WaitAsync();
        try
        {
            await _stream.WriteAsync(frame);
        }
        finally
        {
            _sending.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await ((Task)Reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sending.Dispose();
    }

    protected override async Task ReadAsync()
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (TryReadFrame(ref buffer, out byte opcode, out bool isFinal, out ReadOnlySequence<byte> payload))
            {
                if (opcode == 8)
                {
                    return;
                }

                if (isFinal && opcode != 0)
                {
                    await OnPacketAsync(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray());
                    continue;
                }

                foreach (ReadOnlyMemory<byte> segment in payload)
                {
                    _fragments.Write(segment.Span);
                }

                if (isFinal)
                {
                    await OnPacketAsync(_fragments.WrittenSpan);
                    _fragments.ResetWrittenCount();
                }
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out byte opcode, out bool isFinal, out ReadOnlySequence<byte> payload)
    {
        opcode = 0;
        isFinal = false;
        payload = default;
        Span<byte> header = stackalloc byte[(int)Math.Min(10, buffer.Length)];
        buffer.Slice(0, header.Length).CopyTo(header);
        if (header.Length < 2)
        {
            return false;
        }

        int size = header[1] switch
        {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        if (header.Length < size)
        {
            return false;
        }

        long length = size switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            10 => BinaryPrimitives.ReadInt64BigEndian(header[2..]),
            _ => header[1],
        };
        if (buffer.Length < size + length)
        {
            return false;
        }

        opcode = (byte)(header[0] & 0x0f);
        isFinal = (header[0] & 0x80) != 0;
        payload = buffer.Slice(size, length);
        buffer = buffer.Slice(size + length);
        return true;
    }
}
