namespace Flipr.SocketIO.Adapters;

/// <summary>What can happen to a room.</summary>
internal enum RoomChangeKind
{
    Created,
    Deleted,
    Joined,
    Left,
}
