using System.Text.Json;

namespace Flipr.Probe.Engine;

/// <summary>A Socket.IO packet as it came: <c>4</c>, type, [attachments <c>-</c>], [namespace <c>,</c>], [ack id], [JSON].</summary>
internal sealed record SocketPacket(char Type, string Namespace, string Data)
{
    public const char Connect = '0';
    public const char Event = '2';
    public const char ConnectError = '4';
    public const char BinaryEvent = '5';
    private const char BinaryAck = '6';

    /// <returns>Null where it is another packet of Engine.IO.</returns>
    public static SocketPacket? Read(string packet)
    {
        if (packet.Length < 2 || packet[0] != '4')
        {
            return null;
        }

        char type = packet[1];
        ReadOnlySpan<char> rest = packet.AsSpan(2);
        if (type is BinaryEvent or BinaryAck)
        {
            rest = rest[(rest.IndexOf('-') + 1)..];
        }

        string name = "/";
        if (rest.StartsWith('/'))
        {
            int comma = rest.IndexOf(',');
            name = comma < 0 ? rest.ToString() : rest[..comma].ToString();
            rest = comma < 0 ? [] : rest[(comma + 1)..];
        }

        return new SocketPacket(type, name, rest.TrimStart("0123456789").ToString());
    }

    /// <summary>The start of a packet to a namespace.</summary>
    public static string Start(char type, string toNamespace) => toNamespace == "/" ? $"4{type}" : $"4{type}{toNamespace},";

    /// <summary>An event's name; null where it is no event.</summary>
    public string? EventName
    {
        get
        {
            if (Type is not (Event or BinaryEvent))
            {
                return null;
            }

            try
            {
                using var arguments = JsonDocument.Parse(Data);
                return arguments.RootElement.ValueKind == JsonValueKind.Array && arguments.RootElement.GetArrayLength() > 0 ? arguments.RootElement[0].ToString() : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The message of a CONNECT_ERROR.</summary>
    public string Message
    {
        get
        {
            try
            {
                using var error = JsonDocument.Parse(Data);
                return error.RootElement.ValueKind == JsonValueKind.Object && error.RootElement.TryGetProperty("message", out JsonElement message) ? message.ToString() : Data;
            }
            catch (JsonException)
            {
                return Data;
            }
        }
    }
}
