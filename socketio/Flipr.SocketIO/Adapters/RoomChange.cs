namespace Flipr.SocketIO.Adapters;

/// <summary>Something that happened to a room.</summary>
/// <param name="Kind">What.</param>
/// <param name="Room">The room's name.</param>
/// <param name="Id">Who joined or left; <see langword="null"/> where the room itself came or went.</param>
internal readonly record struct RoomChange(RoomChangeKind Kind, string Room, string? Id = null);
