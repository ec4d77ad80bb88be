using Flipr.EndToEnd.Tests.Support;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>What the real clients hear when the server sends them away for good.</summary>
public sealed class DisconnectTests
{
    public static MatrixTheoryData<string, string> Connections => new(["4.6", "4.8"], ["websocket", "polling"]);

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task A_client_whose_connection_the_server_closes_hears_of_it_once_and_stays_away(string version, string transport)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSocketIO();
        await using WebApplication app = builder.Build();
        app.MapSocketIO();
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        SocketIOServer io = app.Services.GetRequiredService<SocketIOServer>();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(new Uri(app.Urls.Single()), version, new { transports = (string[])[transport] });

        await io.EmitAsync("last words");
        await io.DisconnectSocketsAsync(close: true);

        await client.WaitForAsync("last words");
        Assert.Equal("io server disconnect", (await client.WaitForAsync(":disconnect")).GetString());

        // What the client had heard when it answered this stands before the answer.
        await client.GetTransportAsync();
        Assert.Equal(1, client.Count(":disconnect"));
    }
}
