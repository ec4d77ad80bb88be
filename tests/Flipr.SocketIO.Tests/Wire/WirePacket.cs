using System.Diagnostics.CodeAnalysis;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>One Engine.IO packet as it travels: text with its type digit (<c>42["hello"]</c>), or the bytes of a binary message.</summary>
public readonly record struct WirePacket(string? Text, byte[]? Binary)
{
    [MemberNotNullWhen(true, nameof(Binary))]
    [MemberNotNullWhen(false, nameof(Text))]
    public bool IsBinary => Binary is not null;

    public static implicit operator WirePacket(string text) => new(text, null);

    public static implicit operator WirePacket(byte[] bytes) => new(null, bytes);

    /// <summary>The packet inside a polling payload: binary is <c>b</c> and base64.</summary>
    public string ToPolling() => IsBinary ? "b" + Convert.ToBase64String(Binary) : Text;

    /// <summary>Reads one packet of a polling payload.</summary>
    public static WirePacket FromPolling(string packet) =>
        packet.StartsWith('b') ? Convert.FromBase64String(packet[1..]) : packet;

    public override string ToString() => IsBinary ? $"<{Convert.ToHexString(Binary)}>" : Text;
}
