using System.Net;
using System.Net.Sockets;

namespace Flipr.Testing;

/// <summary>Ports of the loopback.</summary>
public static class Ports
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A wanted port, or another one where somebody has it on any address.</summary>
    public static int FreeOr(int wanted)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, wanted);
            listener.Start();
            return wanted;
        }
        catch (SocketException)
        {
            return Free();
        }
    }
}
