using System.Globalization;

namespace Flipr.Probe.Engine;

/// <summary>Socket.IO on a session: joins a namespace, and has something echoed by any server.</summary>
internal static class NamespaceClient
{
    private static int _echoes;

    /// <summary>Joins the namespace of the command line.</summary>
    /// <exception cref="FindingException">It was refused.</exception>
    public static async Task JoinAsync(EngineConnection connection, ProbeOptions options, CancellationToken cancellationToken)
    {
        await connection.SendAsync(SocketPacket.Start(SocketPacket.Connect, options.Namespace) + options.Auth, cancellationToken);
        SocketPacket answer;
        try
        {
            answer = await connection.ReceiveAsync(
                packet => packet.Namespace == options.Namespace && packet.Type is SocketPacket.Connect or SocketPacket.ConnectError, options.Timeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new FindingException(Finding.Failed(
                "namespace-silent", $"no answer to CONNECT {options.Namespace} within {Deadline.Seconds(options.Timeout)}", "A middleware of the server never calls next(), or waits for something that does not answer.",
                "Look at the server's namespace middleware (io.use) and what it waits for."));
        }

        if (answer.Type == SocketPacket.ConnectError)
        {
            string message = Shorten.Text(answer.Message);
            throw new FindingException(message == "Invalid namespace"
                ? Finding.Failed(
                    "namespace-unknown", $"CONNECT {options.Namespace} was answered CONNECT_ERROR \"{message}\"", $"The server has no namespace {options.Namespace}.",
                    "Check --namespace: it is what the client's address ends with, and not the path.")
                : Finding.Failed(
                    "namespace-refused", $"CONNECT {options.Namespace} was answered CONNECT_ERROR \"{message}\"",
                    options.Auth is null ? "The server's middleware refuses a client without auth." : "The server's middleware refuses this auth.",
                    options.Auth is null ? "Give what the client sends as its auth: --auth '{\"token\":\"...\"}'." : "Check the token and whether it has expired; the server's log says what its middleware wants."));
        }

        // The server of Socket.IO 2 joins everyone to / unasked, with no data. (It also takes EIO=4 for 3.)
        if (answer.Data.Length == 0)
        {
            throw new FindingException(Finding.Failed(
                "eio3-server", "the server confirmed the namespace without a sid", "It is a Socket.IO 2 server: clients of Socket.IO 3 and 4 cannot read what it says.",
                "Upgrade the server to Socket.IO 4 (allowEIO3: true keeps old clients), or use socket.io-client 2.").AndEnd());
        }
    }

    /// <summary>One round trip that every server makes: a namespace that does not exist is asked for, and refused by its name.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="options">The command line's.</param>
    /// <param name="length">The length of the name, and so of question and answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectionEndedException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">No answer came.</exception>
    public static async Task EchoAsync(EngineConnection connection, ProbeOptions options, int length, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"/flipr-probe-{Interlocked.Increment(ref _echoes)}-").PadRight(length, 'x');
        await connection.SendAsync($"40{name},", cancellationToken);
        SocketPacket answer = await connection.ReceiveAsync(packet => packet.Namespace == name, options.Timeout, cancellationToken);
        if (answer.Type == SocketPacket.Connect)
        {
            await connection.SendAsync($"41{name},", cancellationToken); // A server that makes any namespace there is: leave it.
        }
    }
}
