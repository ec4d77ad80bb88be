using System.Collections.Immutable;

namespace Flipr.SocketIO;

/// <summary>Whom a broadcast or a bulk operation is for, and how it is to be sent. Immutable.</summary>
/// <remarks>All sockets of the namespace if <see cref="Rooms"/> is empty, else those in any of the rooms, each once; without those in any room of <see cref="Except"/>.</remarks>
public sealed class BroadcastTarget
{
    /// <summary>All sockets of the namespace.</summary>
    public static BroadcastTarget Everyone { get; } = new();

    /// <summary>Rooms, or ids of sockets: each socket is in the room of its own id.</summary>
    public ImmutableArray<string> Rooms { get; init; } = [];

    /// <summary>Rooms, or ids of sockets, that are left out.</summary>
    public ImmutableArray<string> Except { get; init; } = [];

    /// <summary>Whether the event may be dropped for a client that is not ready to receive.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>Whether transports that compress should compress the event.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Whether only sockets of this server are meant.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether one answer is expected, whoever gives it: of a <see cref="RemoteSocket"/>.</summary>
    public bool ExpectsSingleAnswer { get; init; }

    /// <summary>How long answers may take; <see langword="null"/> for as long as the clients are connected.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The same target with other rooms, exceptions or flags.</summary>
    internal BroadcastTarget With(
        ImmutableArray<string>? rooms = null, ImmutableArray<string>? except = null, bool? isVolatile = null, bool? compress = null, bool? isLocal = null,
        bool? expectsSingleAnswer = null, TimeSpan? timeout = null) => new()
        {
            Rooms = rooms ?? Rooms,
            Except = except ?? Except,
            IsVolatile = isVolatile ?? IsVolatile,
            Compress = compress ?? Compress,
            IsLocal = isLocal ?? IsLocal,
            ExpectsSingleAnswer = expectsSingleAnswer ?? ExpectsSingleAnswer,
            Timeout = timeout ?? Timeout,
        };
}
