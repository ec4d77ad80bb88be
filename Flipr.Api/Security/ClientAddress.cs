using System.Net;
using System.Net.Sockets;

namespace Flipr.Api.Security;

/// <summary>Who counts as one client where nobody says who they are: an address, behind the proxies that are trusted.</summary>
internal static class ClientAddress
{
    /// <summary>The client of a request; of an IPv6 address its /64 network, which one customer usually has to themselves.</summary>
    public static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <summary>The client at an address.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return address?.MapToIPv4().ToString() ?? "unknown";
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
