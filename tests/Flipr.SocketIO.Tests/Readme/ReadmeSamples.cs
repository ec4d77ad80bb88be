using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Readme;

/// <summary>The code of the library's README, compiled; <see cref="ReadmeTests"/> compares the two.</summary>
internal static partial class ReadmeSamples
{
    public static void Chat(string[] args)
    {
        // README: 1
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO();
        var app = builder.Build();
        app.UseFileServer();
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
            socket.On("join", async (string? room, Ack ack) =>
            {
                if (string.IsNullOrEmpty(room)) return; // clients may send anything, or nothing
                await socket.JoinAsync(room);
                await ack.SendAsync("joined");
            });
            socket.On("sum", (int a, int b) => a + b);  // what a handler returns is the answer, of a task its value
            socket.On("search", (string text, CancellationToken left) => SearchAsync(text, left)); // cancelled when the client leaves
            socket.On("log", (string level, JsonData[] rest) => rest.Length); // all arguments that are left, however many
            socket.On("upload", (byte[] image) => { /* binary values anywhere are attachments on the wire */ });
            socket.On("anything", (JsonData value) => { /* whatever was sent, to be read later or emitted again as it came */ });
            socket.OnDisconnect(reason => Console.WriteLine(reason));

            await socket.EmitAsync("welcome", socket.Id);
            int answer = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("question", 42);
        });
        // end
    }

    public static void Filters(SocketIOServer io)
    {
        // README: 3
        io.AddEventFilter(async (context, next) =>   // or a class, IEventFilter; also on io.Of("/admin") and io.Of(new Regex(...))
        {
            if (context.EventName == "delete" && !context.Socket.User.IsInRole("admin"))
            {
                await context.Ack.SendAsync("not you");
                return;
            }

            try
            {
                await next(context);
            }
            catch (KeyNotFoundException)
            {
                await context.Ack.SendAsync("no such thing");
            }
        });
        // end
    }

    public static void Rates(WebApplicationBuilder builder)
    {
        // README: 4
        builder.Services.AddSocketIO(options =>
        {
            options.AnswerErrors = exception => new { error = exception is RateLimitedException ? "slow down" : "failed" };
            options.ConnectionRateLimiter = _ => new TokenBucketRateLimiter(new()   // one for each connection
            {
                TokenLimit = 100,
                TokensPerPeriod = 20,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            });
            options.EventRateLimiter = PartitionedRateLimiter.Create<EventContext, string>(context => context.EventName == "search"
                ? RateLimitPartition.GetConcurrencyLimiter(context.Socket.Handshake.Address?.ToString() ?? "", _ => new() { PermitLimit = 2 })
                : RateLimitPartition.GetNoLimiter(""));
        });
        // end
    }

    public static void Types(WebApplicationBuilder builder)
    {
        // README: 5
        builder.Services.AddSocketIO(options =>
        {
            options.Json.Converters.Add(new JsonStringEnumConverter());     // enums by name
            options.Json.RespectNullableAnnotations = true;                 // null is refused for a member whose type does not allow it
            options.Json.RespectRequiredConstructorParameters = true;       // an object that lacks a record's member is refused
            options.Json.TypeInfoResolverChain.Add(ChatContext.Default);    // trimmed, native AOT: your JsonSerializerContext
        });
        // end
    }

    public static void WhoMayConnect(WebApplicationBuilder builder, WebApplication app, SocketIOServer io)
    {
        // README: 6
        builder.Services.AddSocketIO(options =>
        {
            options.Cors.Origins.Add("https://app.example.com");
            options.Cors.AllowCredentials = true;
        });
        app.MapSocketIO().RequireAuthorization();

        // record Credentials(string? Token); null if the client sent no auth, false if it sent something else
        io.Use(socket => socket.Handshake.Auth.TryDeserialize(out Credentials? credentials) && credentials?.Token == "secret"
            ? Task.CompletedTask
            : throw new ConnectionRefusedException("not authorized", JsonSerializer.SerializeToElement(new { renew = true })));
        // end
    }

    public static void Users(WebApplicationBuilder builder, SocketIOServer io)
    {
        // README: 7
        builder.Services.AddAuthentication().AddJwtBearer("Bearer", jwt => jwt.Authority = "https://login.example.com");
        builder.Services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireRole("admin"));
        builder.Services.AddSocketIO(options => options.CloseOnAuthenticationExpiration = true);

        io.Of("/news").RequireAuthorization();             // whom the handshake's cookie or token shows, by the default policy
        io.Of("/admin").AuthenticateConnect("Bearer");     // whom auth: { token } shows, which the client sends for this namespace
        io.Of("/admin").RequireAuthorization("admins");
        io.Of("/admin").Use(async socket => socket.User = await WithTenantAsync(socket.User));
        // end
    }

    public static void HandlerClasses(WebApplicationBuilder builder, SocketIOServer io)
    {
        // README: 8
        builder.Services.AddScoped<ChatHandler>();
        io.Of("/chat").UseHandler<ChatHandler>();   // for the default namespace: io.Default.UseHandler<ChatHandler>()
        // end
    }

    // README: 9
    public sealed class ChatHandler(ChatHistory history) : ISocketHandler
    {
        public Task OnConnectionAsync(Socket socket)
        {
            socket.On<string?, Ack>("join", JoinAsync);   // a method needs the types; a lambda brings them
            return Task.CompletedTask;

            async Task JoinAsync(string? room, Ack ack)
            {
                if (string.IsNullOrEmpty(room)) return;
                await socket.JoinAsync(room);
                await ack.SendAsync(await history.LatestAsync(room, socket.Disconnected));
            }
        }
    }
    // end

    private static Task<string[]> SearchAsync(string text, CancellationToken left) => Task.FromResult(left.IsCancellationRequested ? [] : new[] { text });

    private static Task<ClaimsPrincipal> WithTenantAsync(ClaimsPrincipal user) => Task.FromResult(user);

    public static SocketIOServer NamedServers(WebApplicationBuilder builder, WebApplication app)
    {
        // README: 10
        builder.Services.AddSocketIO("game", options => options.MaxConnections = 1_000);
        app.MapSocketIO("/game", "game");
        var game = app.Services.GetRequiredKeyedService<SocketIOServer>("game");   // or [FromKeyedServices("game")] SocketIOServer
        // end
        return game;
    }

    private sealed record Credentials(string? Token);

    public sealed record ChatMessage(string From, string Text);

    [JsonSerializable(typeof(ChatMessage))]
    public sealed partial class ChatContext : JsonSerializerContext;

    /// <summary>What the README's handler class takes from the services.</summary>
    public sealed class ChatHistory
    {
        private readonly Dictionary<string, string[]> _rooms = [];

        public Task<string[]> LatestAsync(string room, CancellationToken cancellationToken) =>
            cancellationToken.IsCancellationRequested ? Task.FromCanceled<string[]>(cancellationToken) : Task.FromResult(_rooms.GetValueOrDefault(room) ?? []);
    }
}
