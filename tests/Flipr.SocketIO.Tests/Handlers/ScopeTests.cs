using System.Collections.Concurrent;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>A socket's services live as long as anything of the socket runs, and not longer.</summary>
public sealed class ScopeTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task The_services_of_refused_sockets_are_disposed()
    {
        (WireServer server, Ledger ledger) = await StartWithLedgerAsync();
        server.IO.Use(socket =>
        {
            socket.Services.GetRequiredService<Resource>();
            throw new ConnectionRefusedException("no");
        });
        EngineClient client = await OpenAsync(server);

        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync("40");
            await client.ShouldReceiveAsync("44{\"message\":\"no\"}");
        }

        await Deadline.UntilAsync(() => ledger.Disposed == 20, () => $"20 of {ledger.Made} services are disposed; {ledger.Disposed} are");
    }

    [Fact]
    public async Task The_services_of_a_socket_whose_client_left_while_the_middleware_thought_are_disposed()
    {
        (WireServer server, Ledger ledger) = await StartWithLedgerAsync();
        var asked = new Heard<string>("the middleware");
        var think = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.Use(async socket =>
        {
            socket.Services.GetRequiredService<Resource>();
            asked.Add(socket.Id);
            await think.Task;
        });
        EngineClient client = await OpenAsync(server);
        await client.SendAsync("40");
        await asked.NextAsync();

        await client.VanishAsync();
        await server.UntilConnectionsAsync(0);
        Assert.Equal(0, ledger.Disposed);
        think.SetResult();

        await Deadline.UntilAsync(() => ledger.Disposed == 1, "the service is disposed");
    }

    [Theory]
    [InlineData("41")]
    [InlineData("2")]
    public async Task Services_outlive_every_handler_of_their_socket(string leaving)
    {
        (WireServer server, Ledger ledger) = await StartWithLedgerAsync();
        var heard = new Heard<string>("steps");
        TaskCompletionSource[] gates = [.. Enumerable.Range(0, 3).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        server.IO.OnConnection(async socket =>
        {
            socket.On("work", () => UseAsync(socket, gates[0], "handler"));
            socket.OnDisconnect(_ => UseAsync(socket, gates[2], "disconnect handler"));
            await UseAsync(socket, gates[1], "connection handler");
        });
        EngineClient client = await JoinAsync(server);
        await client.SendAsync("42[\"work\"]");
        await heard.NextAsync();
        await heard.NextAsync();

        // Whatever is no packet of Engine.IO ends the connection: the client is gone for every namespace.
        await client.SendAsync(leaving);

        await heard.NextAsync();
        // The disconnect handler ends first: that is where the services used to go, whoever was still at work with them.
        foreach (TaskCompletionSource gate in gates.Reverse())
        {
            gate.SetResult();
            Assert.EndsWith("alive", await heard.NextAsync(), StringComparison.Ordinal);
        }

        await Deadline.UntilAsync(() => ledger.Disposed == 1, "the service is disposed");

        async Task UseAsync(Socket socket, TaskCompletionSource gate, string who)
        {
            Resource resource = socket.Services.GetRequiredService<Resource>();
            heard.Add(who);
            await gate.Task;
            for (int i = 0; i < 500; i++)
            {
                await Task.Yield();
            }

            heard.Add($"{who} finds it {(resource.IsDisposed ? "disposed" : "alive")}");
        }
    }

    [Fact]
    public async Task Asking_for_services_that_have_been_disposed_says_so_and_makes_none()
    {
        (WireServer server, Ledger ledger) = await StartWithLedgerAsync();
        Socket? gone = null;
        server.IO.OnConnection(socket =>
        {
            socket.Services.GetRequiredService<Resource>();
            gone = socket;
        });
        EngineClient client = await JoinAsync(server);
        string id = gone!.Id;
        await client.SendAsync("41");
        await Deadline.UntilAsync(() => ledger.Disposed == 1, "the service is disposed");

        var exception = Assert.Throws<ObjectDisposedException>(() => gone.Services);

        Assert.Contains(id, exception.Message, StringComparison.Ordinal);
        Assert.Contains("disconnected", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, ledger.Made);
    }

    private async Task<(WireServer Server, Ledger Ledger)> StartWithLedgerAsync()
    {
        var ledger = new Ledger();
        WireServer server = await StartAsync(new WireServerSetup { Services = services => services.AddSingleton(ledger).AddScoped<Resource>() });
        return (server, ledger);
    }

    private sealed class Ledger
    {
        private readonly ConcurrentQueue<bool> _entries = new();

        public int Made => _entries.Count(static isDisposal => !isDisposal);

        public int Disposed => _entries.Count(static isDisposal => isDisposal);

        public void Enter(bool isDisposal) => _entries.Enqueue(isDisposal);
    }

    private sealed class Resource : IDisposable
    {
        private readonly Ledger _ledger;

        public Resource(Ledger ledger)
        {
            _ledger = ledger;
            ledger.Enter(isDisposal: false);
        }

        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            IsDisposed = true;
            _ledger.Enter(isDisposal: true);
        }
    }
}
