using System.Net;
using System.Net.Sockets;

namespace Flipr.Testing;

/// <summary>Ports of the loopback.</summary>
public static class Ports
{
    // Below the ports that the system gives to outgoing connections, one of which could take it before its server does.
    private const int First = 10_000;
    private const int Count = 20_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>A port that was free a moment ago, another one each time.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: the next one.
            }
        }
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
