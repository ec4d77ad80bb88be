using Flipr.SocketIO;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSocketIO();
var app = builder.Build();
app.UseFileServer();
app.MapSocketIO();

var io = app.Services.GetRequiredService<SocketIOServer>();
io.OnConnection(socket =>
    socket.On("message", (string text) => io.EmitAsync("message", text)));

app.Run();
