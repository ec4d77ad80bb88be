using System.Collections.Frozen;
using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>The event names that Socket.IO keeps for itself; neither side may send them.</summary>
internal static class ReservedEvents
{
    private static readonly FrozenSet<string> Names =
        new[] { "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener" }.ToFrozenSet();

    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>Whether the string at which <paramref name="reader"/> stands is a reserved name.</summary>
    public static bool Contains(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped && JsonText.HasHalf(reader.ValueSpan))
        {
            return false;
        }

        // Called for every event: the comparison works on the bytes as they stand and allocates nothing.
        foreach (string name in Names)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }
}
