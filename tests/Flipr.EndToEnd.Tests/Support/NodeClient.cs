using System.Text.Json;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>One <c>socket.io-client</c> in the Node process, with all it has received.</summary>
internal sealed class NodeClient(NodeClients node, string name)
{
    private readonly Inbox _inbox = new(name);

    /// <summary>Waits for an event, also one that has already come. Names with a colon in front tell of the connection itself.</summary>
    /// <param name="eventName">Its name.</param>
    /// <param name="matches">Which one, by its first argument; any by default.</param>
    /// <returns>Its first argument.</returns>
    public Task<JsonElement> WaitForAsync(string eventName, Func<JsonElement, bool>? matches = null) => _inbox.WaitForAsync(eventName, matches);

    /// <summary>How often an event has come so far.</summary>
    public int Count(string eventName) => _inbox.Count(eventName);

    /// <summary>What has come so far, for a failure message.</summary>
    public string Received => _inbox.Describe();

    /// <summary>Forgets what has come so far.</summary>
    public void Forget() => _inbox.Clear();

    public Task EmitAsync(string eventName, params object?[] args) =>
        node.CallAsync(new { @do = "emit", client = name, @event = eventName, args, ack = false });

    /// <summary>Emits and waits for the acknowledgement: its arguments.</summary>
    public Task<JsonElement> EmitWithAckAsync(string eventName, params object?[] args) =>
        node.CallAsync(new { @do = "emit", client = name, @event = eventName, args, ack = true });

    /// <summary>Cuts the connection under the client, as a network does: it reconnects by itself.</summary>
    public Task CutAsync() => node.CallAsync(new { @do = "cut", client = name });

    /// <summary>Connects again as an application does that was sent away, with another <c>auth</c>.</summary>
    public Task ConnectAsync(object auth) => node.CallAsync(new { @do = "connect", client = name, auth });

    /// <summary>Disconnects as an application does: it stays disconnected.</summary>
    public Task CloseAsync() => node.CallAsync(new { @do = "close", client = name });

    /// <summary>The transport in use now.</summary>
    public async Task<string?> GetTransportAsync() =>
        (await node.CallAsync(new { @do = "state", client = name })).GetProperty("transport").GetString();

    /// <summary>Takes a line of the driver.</summary>
    public void OnEvent(JsonElement message)
    {
        JsonElement args = message.GetProperty("args");
        _inbox.Add(message.GetProperty("event").GetString()!, args.GetArrayLength() > 0 ? args[0] : default);
    }
}
