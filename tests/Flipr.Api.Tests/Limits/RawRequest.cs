using System.Net.Sockets;
using System.Text;

namespace Flipr.Api.Tests.Limits;

/// <summary>A connection on which somebody writes what they like, and reads what comes.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _connection = new();

    /// <summary>Connects, and sends.</summary>
    public static async Task<RawRequest> SendAsync(Uri server, string text)
    {
        var request = new RawRequest();
        await request._connection.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await request._connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        return request;
    }

    /// <summary>The head of an update, and a part of its body that nothing follows.</summary>
    public static Task<RawRequest> StallAsync(Uri server, string client, string? key = null) => SendAsync(
        server,
        $"POST /update HTTP/1.1\r\nHost: {server.Authority}\r\nX-Forwarded-For: {Shipped.ForwardedFor(client)}\r\n{(key is null ? "" : $"X-Api-Key: {key}\r\n")}Content-Length: 100000\r\n\r\n{{\"id\":\"{new string('x', 4_000)}");

    /// <summary>Everything that comes until the server ends the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4_096];
        try
        {
            while (await _connection.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var length)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // Ended as well, if less politely.
        }

        return text.ToString();
    }

    /// <summary>The first that comes; empty when the connection ends instead.</summary>
    public async Task<string> ReadAsync()
    {
        byte[] buffer = new byte[4_096];
        return Encoding.ASCII.GetString(buffer, 0, await _connection.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _connection.Dispose();
}
