namespace Flipr.SocketIO.Protocol;

/// <summary>
/// Gives the attachment converters access to the packet being read or written. System.Text.Json hands a converter no
/// context of the caller, but always works on the calling thread: a thread-static is exact here, and costs nothing.
/// </summary>
internal static class AttachmentScope
{
    [ThreadStatic]
    private static IReadOnlyList<ReadOnlyMemory<byte>>? _received;

    [ThreadStatic]
    private static List<ReadOnlyMemory<byte>>? _collected;

    /// <summary>The attachments of the packet whose arguments are being read on this thread.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Received
    {
        get => _received ?? [];
        set => _received = value;
    }

    /// <summary>Where attachments are collected while a packet is written on this thread; <see langword="null"/> outside of that.</summary>
    public static List<ReadOnlyMemory<byte>>? Collected
    {
        get => _collected;
        set => _collected = value;
    }
}
