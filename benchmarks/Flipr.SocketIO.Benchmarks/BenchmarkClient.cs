using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A client that reads everything and answers pings, as a client should, whatever transport carries it.</summary>
internal abstract class BenchmarkClient(string ns) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private readonly string _prefix = ns == "/" ? "" : ns + ",";
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextId;

    /// <summary>Called with every event, <c>42["name",...]</c>, in order.</summary>
    public Action<ReadOnlySpan<byte>>? OnEvent { get; set; }

    /// <summary>Sends one packet.</summary>
    public abstract Task SendAsync(string packet);

    /// <summary>Reads until the server ends the connection; fails if it does so while it is needed.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Emits an event; its arguments are JSON already.</summary>
    public Task EmitAsync(string eventName, string arguments = "") => SendAsync($"42{_prefix}[\"{eventName}\"{(arguments.Length > 0 ? "," : "")}{arguments}]");

    /// <summary>Emits an event and gives the first argument of the answer.</summary>
    public async Task<JsonElement> AskAsync(string eventName, string arguments = "")
    {
        int id = Interlocked.Increment(ref _nextId);
        TaskCompletionSource<JsonElement> answer = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync($"42{_prefix}{id}[\"{eventName}\"{(arguments.Length > 0 ? "," : "")}{arguments}]");
        if (await Task.WhenAny(answer.Task, Reading) == Reading)
        {
            await Reading;
            throw new IOException($"The connection ended before the answer to '{eventName}' came.");
        }

        return await answer.Task;
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Starts reading and joins the namespace.</summary>
    protected async Task JoinAsync(string auth)
    {
        Reading = Task.Run(ReadAsync);
        await SendAsync($"40{_prefix}{auth}");
        await await Task.WhenAny(_joined.Task, Reading);
    }

    /// <summary>Reads packets and hands them to <see cref="OnPacketAsync"/> until the connection ends.</summary>
    protected abstract Task ReadAsync();

    /// <summary>Takes one packet.</summary>
    protected Task OnPacketAsync(ReadOnlySpan<byte> packet)
    {
        if (packet.SequenceEqual("2"u8))
        {
            return SendAsync("3");
        }

        if (packet.StartsWith("42"u8))
        {
            OnEvent?.Invoke(packet);
        }
        else if (packet.StartsWith("43"u8))
        {
            OnAnswer(packet[(2 + _prefix.Length)..]);
        }
        else if (packet.StartsWith("40"u8))
        {
            _joined.SetResult();
        }

        return Task.CompletedTask;
    }

    private void OnAnswer(ReadOnlySpan<byte> packet)
    {
        int start = packet.IndexOf((byte)'[');
        if (_asked.TryRemove(int.Parse(packet[..start]), out TaskCompletionSource<JsonElement>? answer))
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(packet[start..]));
            answer.SetResult(json.RootElement.GetArrayLength() > 0 ? json.RootElement[0].Clone() : default);
        }
    }
}
