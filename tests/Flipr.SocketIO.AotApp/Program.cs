// A chat that is published with native AOT by tests/aot.sh: every way in which types reach the serializer is in it.
using System.Text.Json;
using System.Text.Json.Serialization;
using Flipr.SocketIO;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddSocketIO(options => options.Json.TypeInfoResolverChain.Add(ChatContext.Default));
builder.Services.AddScoped<EchoHandler>();
var app = builder.Build();
app.MapSocketIO();

var io = app.Services.GetRequiredService<SocketIOServer>();
io.OnConnection(socket =>
{
    // The chat of the library's README.
    socket.On("message", (string text) => io.EmitAsync("message", text));

    // A record of the application, with binary data in it.
    socket.On("post", async (ChatMessage message, Ack ack) =>
    {
        await ack.SendAsync(message with { Text = message.Text.ToUpperInvariant() });
        await io.EmitAsync("posted", message);
    });

    // Binary, and whatever may come.
    socket.On("upload", async (byte[] image, Ack ack) => await ack.SendAsync(image.Length, image));
    socket.On("anything", async (JsonData value, Ack ack) => await ack.SendAsync(value));

    // A question to the client.
    socket.On("ask_me", async () =>
    {
        int answer = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("question", 42, "why?");
        await socket.EmitAsync("answered", answer, new ChatMessage("server", "thanks", null));
    });
    socket.On("roll_call", async (Ack ack) => await ack.SendAsync(await io.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<string>("who")));
    socket.OnAny((name, arguments) =>
    {
        socket.Data[name] = arguments.Count;
        return Task.CompletedTask;
    });
});
io.Of("/echo").UseHandler<EchoHandler>();

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
    $"Ready after {(DateTime.Now - System.Diagnostics.Process.GetCurrentProcess().StartTime).TotalMilliseconds:0} ms: {string.Join(' ', app.Urls)}; dynamic code {System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported}, reflection in JSON {JsonSerializer.IsReflectionEnabledByDefault}"));
app.Run();

/// <summary>What clients post.</summary>
internal sealed record ChatMessage(string From, string Text, byte[]? Picture);

/// <summary>The application's types, for the serializer.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChatMessage))]
internal sealed partial class ChatContext : JsonSerializerContext;

/// <summary>A handler class, made by the services.</summary>
internal sealed class EchoHandler(IHostEnvironment environment) : ISocketHandler
{
    public Task OnConnectionAsync(Socket socket)
    {
        socket.Data["environment"] = environment.EnvironmentName;
        socket.On("echo", async (JsonElement value, Ack ack) => await ack.SendAsync(value));
        return Task.CompletedTask;
    }
}
