using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Readme;

/// <summary>The code of the library's README, compiled; <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeSamples
{
    public static void Chat(string[] args)
    {
        // README: 1
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO();
        var app = builder.Build();
        app.MapSocketIO();

        var io = app.Services.GetRequiredService<SocketIOServer>();
        io.OnConnection(socket =>
            socket.On("message", (string text) => io.EmitAsync("message", text)));

        app.Run();
        // end
    }

    public static void Events(SocketIOServer io)
    {
        // README: 2
        io.OnConnection(async socket =>
        {
            // Register handlers before the first await: the socket's events are held until then.
            socket.On("join", async (string room, Ack ack) =>
            {
                await socket.JoinAsync(room);
                await ack.SendAsync("joined");
            });
            socket.On("upload", (byte[] image) => { /* binary values anywhere are attachments on the wire */ });
            socket.On("anything", (JsonData value) => { /* whatever was sent, to be read later or emitted again as it came */ });
            socket.OnDisconnect(reason => Console.WriteLine(reason));

            await socket.EmitAsync("welcome", socket.Id);
            int answer = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("question", 42);
        });
        // end
    }

    public static void WhoMayConnect(WebApplicationBuilder builder, WebApplication app, SocketIOServer io)
    {
        // README: 3
        builder.Services.AddSocketIO(options =>
        {
            options.Cors.Origins.Add("https://app.example.com");
            options.Cors.AllowCredentials = true;
        });
        app.MapSocketIO().RequireAuthorization();

        io.Use(socket => Allowed(socket.Handshake.Auth)
            ? Task.CompletedTask
            : throw new ConnectionRefusedException("not authorized"));
        // end

        static bool Allowed(JsonData auth) => auth.Json.ValueKind == System.Text.Json.JsonValueKind.Object;
    }

    public static void HandlerClasses(WebApplicationBuilder builder, SocketIOServer io)
    {
        // README: 4
        builder.Services.AddScoped<ChatHandler>();
        io.Of("/chat").UseHandler<ChatHandler>();   // ChatHandler : ISocketHandler, one instance per socket
        // end
    }

    private sealed class ChatHandler : ISocketHandler
    {
        public Task OnConnectionAsync(Socket socket) => Task.CompletedTask;
    }
}
