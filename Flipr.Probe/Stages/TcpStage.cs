using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Flipr.Probe.Stages;

/// <summary>Whether each address takes a connection.</summary>
internal sealed class TcpStage : IStage
{
    public string Id => "tcp";

    public string Title => "TCP";

    public int ExitCode => 11;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        int port = context.Options.Endpoint.Port;
        var seen = new List<string>();
        var errors = new List<SocketError>();
        foreach (IPAddress address in context.Addresses)
        {
            long started = TimeProvider.System.GetTimestamp();
            SocketError error = await ConnectAsync(address, port, context.Options.Timeout, cancellationToken);
            var endpoint = new IPEndPoint(address, port);
            if (error == SocketError.Success)
            {
                context.Reachable ??= address;
                seen.Add(string.Create(CultureInfo.InvariantCulture, $"{endpoint} {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0.#} ms"));
            }
            else
            {
                errors.Add(error);
                seen.Add($"{endpoint} {Words(error)}");
            }
        }

        string summary = string.Join(", ", seen);
        if (context.Reachable is null)
        {
            bool refused = errors.Contains(SocketError.ConnectionRefused);
            return Finding.Failed(
                refused ? "port-closed" : "unreachable", summary,
                refused ? "The machine is there, and nothing listens on this port: the server is down, listens on another port, or on its loopback only." :
                    "Packets get no answer: a firewall drops them, the machine is off, or this network has no way to it.",
                refused ? "Start the server; check its port; let it listen on all interfaces (0.0.0.0)." : "Check the firewall and the address; try from another network.").AndEnd();
        }

        return errors.Count == 0 ? Finding.Passed(summary) : Finding.Warned(
            "address-dead", summary, "One of the name's addresses takes no connections: clients that try it first wait, some give up.",
            "Let the server listen there too (IPv6: [::]), or take the address out of DNS.");
    }

    private static async Task<SocketError> ConnectAsync(IPAddress address, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await Deadline.RunAsync(timeout, async token =>
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, port, token);
                return SocketError.Success;
            }, cancellationToken);
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
        catch (TimeoutException)
        {
            return SocketError.TimedOut;
        }
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.TimedOut => "timed out",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "unreachable from here",
        _ => error.ToString(),
    };
}
