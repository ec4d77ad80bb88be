using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

/// <summary>Checks the names of rooms: they often come from a client, which may have sent none.</summary>
internal static class RoomNames
{
    /// <summary>Throws if there is no list of rooms, or a room without a name in it.</summary>
    /// <exception cref="ArgumentNullException">One of them is <see langword="null"/>.</exception>
    public static void ThrowIfAnyNull(string[] rooms, [CallerArgumentExpression(nameof(rooms))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(rooms, parameter);
        ThrowIfAnyNull(rooms.AsSpan(), parameter);
    }

    /// <summary>Throws if a room has no name.</summary>
    /// <exception cref="ArgumentNullException">One of them is <see langword="null"/>.</exception>
    public static void ThrowIfAnyNull(ReadOnlySpan<string> rooms, [CallerArgumentExpression(nameof(rooms))] string? parameter = null)
    {
        foreach (string room in rooms)
        {
            if (room is null)
            {
                throw new ArgumentNullException(parameter, "A room's name is null.");
            }
        }
    }
}
