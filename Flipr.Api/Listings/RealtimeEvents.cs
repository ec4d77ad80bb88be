using System.Text.Json;
using Flipr.Api.Changes;
using Flipr.Api.Security;
using Flipr.SocketIO;

namespace Flipr.Api.Listings;

/// <summary>The events between Flipr and its clients in the namespace <c>/</c>.</summary>
internal static partial class RealtimeEvents
{
    public static void AddRealtime(this WebApplicationBuilder builder)
    {
        builder.Services.AddSocketIO();
        builder.Services.AddOptions<SocketIOOptions>().Configure<OriginPolicy>(static (options, origins) =>
        {
            options.PingTimeout = TimeSpan.FromSeconds(60);
            // Who is told that the server ends and does not answer is gone, or behind a proxy that does not pass it on: a restart need not wait for that.
            options.CloseTimeout = TimeSpan.FromSeconds(3);
            options.Cors.AllowCredentials = true;
            options.Cors.IsOriginAllowed = (origin, _) => origins.IsAllowed(origin);
            options.Json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.Json.TypeInfoResolverChain.Insert(0, ApiJsonContext.Default);
        });
    }

    public static void MapRealtime(this WebApplication app)
    {
        SocketIOServer io = app.Services.GetRequiredService<SocketIOServer>();
        TimeProvider time = app.Services.GetRequiredService<TimeProvider>();
        ChangeEvents changes = app.Services.GetRequiredService<ChangeEvents>();
        EventLimits limits = app.Services.GetRequiredService<EventLimits>();
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Flipr.Realtime");

        io.OnConnection(async socket =>
        {
            LogConnected(logger, socket.Id, socket.Transport);
            socket.OnDisconnect(reason => LogDisconnected(logger, socket.Id, reason));
            EventLimit limit = limits.Of(socket);
            socket.On<JsonData, Ack>("ping_test", limit.Before(async (received, ack) =>
            {
                var pong = new PongResponse(received, time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
                await socket.EmitAsync("pong_response", pong);
                await ack.SendAsync(pong);
            }));
            await changes.AddAsync(socket, limit, cursor => socket.EmitAsync("connection_status", new ConnectionStatus(socket.Id, cursor)));
        });
        app.MapSocketIO();
    }

    [LoggerMessage(1, LogLevel.Information, "Client {Sid} connected over {Transport}")]
    private static partial void LogConnected(ILogger logger, string sid, string transport);

    [LoggerMessage(2, LogLevel.Information, "Client {Sid} disconnected: {Reason}")]
    private static partial void LogDisconnected(ILogger logger, string sid, string reason);
}
