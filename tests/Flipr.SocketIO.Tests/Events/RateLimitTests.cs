using System.Threading.RateLimiting;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Events;

/// <summary>Events are limited by ASP.NET Core's own rate limiters: per connection, and by whatever partition the application makes.</summary>
public sealed class RateLimitTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task An_event_over_the_connections_limit_is_dropped_counted_and_logged_once_for_the_connection()
    {
        WireServer server = await StartAsync(static options => options.ConnectionRateLimiter = static _ => Window(2));
        using var counts = new LimitCounts(server);
        var heard = Hear(server);
        EngineClient limited = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);

        await limited.SendAsync("421[\"x\",1]", "422[\"x\",2]", "423[\"x\",3]", "424[\"x\",4]");
        await limited.ShouldReceiveAsync("431[]", "432[]");
        await Deadline.UntilAsync(() => counts.Struck.Count == 2, "both are counted");
        await other.SendAsync("421[\"x\",5]");
        await other.ShouldReceiveAsync("431[]");

        Assert.Equal([1, 2, 5], heard.All);
        Assert.Equal(["ConnectionRateLimiter", "ConnectionRateLimiter"], counts.Struck);
        LogEntry line = Assert.Single(server.Log.OfLibrary(), static entry => entry.Level == LogLevel.Warning);
        Assert.Contains("option ConnectionRateLimiter", line.Message, StringComparison.Ordinal);
        Assert.Contains("'x'", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_limited_by_the_applications_partitions()
    {
        using PartitionedRateLimiter<EventContext> limiter = PartitionedRateLimiter.Create<EventContext, string>(static context =>
            context.EventName == "x" && context.Arguments[0].Deserialize<int>() > 0
                ? RateLimitPartition.GetFixedWindowLimiter(context.EventName, static _ => Settings(1))
                : RateLimitPartition.GetNoLimiter(""));
        WireServer server = await StartAsync(options => options.EventRateLimiter = limiter);
        using var counts = new LimitCounts(server);
        var heard = Hear(server);
        EngineClient first = await JoinAsync(server);
        EngineClient second = await JoinAsync(server);

        await first.SendAsync("42[\"x\",1]", "42[\"x\",0]");
        await first.ShouldHaveNothingElseAsync();
        await second.SendAsync("42[\"x\",2]");
        await second.ShouldHaveNothingElseAsync();

        Assert.Equal([1, 0], heard.All);
        Assert.Equal(["EventRateLimiter"], counts.Struck);
    }

    [Fact]
    public async Task Who_waits_for_an_answer_gets_the_error_answer()
    {
        WireServer server = await StartAsync(static options =>
        {
            options.ConnectionRateLimiter = static _ => Window(1);
            options.AnswerErrors = static exception => exception is RateLimitedException { RetryAfter: { } time } ? $"again in {time.TotalHours} h" : null;
        });
        Hear(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"x\",1]", "422[\"x\",2]", "42[\"x\",3]", "423[\"x\",4]");

        await client.ShouldReceiveAsync("431[]", "432[\"again in 1 h\"]", "433[\"again in 1 h\"]");
    }

    [Fact]
    public async Task With_the_option_the_connection_ends_when_its_client_has_been_answered()
    {
        WireServer server = await StartAsync(static options =>
        {
            options.ConnectionRateLimiter = static _ => Window(1);
            options.DisconnectOnRateLimit = true;
            options.AnswerErrors = static _ => "too many";
        });
        var reasons = new Heard<string>("reasons");
        Heard<int> heard = Hear(server);
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"x\",1]", "422[\"x\",2]", "423[\"x\",3]");

        await client.ShouldReceiveAsync("431[]", "432[\"too many\"]");
        await client.ReceiveOrEndAsync();
        Assert.Equal("rate limit exceeded", await reasons.NextAsync());
        Assert.Equal([1], heard.All);
    }

    [Fact]
    public async Task A_connections_limiter_is_made_with_its_first_event_and_disposed_with_it_when_its_handlers_have_ended()
    {
        var limiters = new Heard<Recording>("limiters");
        WireServer server = await StartAsync(options => options.ConnectionRateLimiter = handshake =>
        {
            Assert.Equal("4", handshake.Query["EIO"]);
            var limiter = new Recording();
            limiters.Add(limiter);
            return limiter;
        });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket => socket.On("wait", (Func<Task>)(() => gate.Task)));
        EngineClient client = await JoinAsync(server);
        Assert.Empty(limiters.All);

        await client.SendAsync("42[\"wait\"]", "42[\"nobody\"]");
        await client.ShouldHaveNothingElseAsync();
        Recording limiter = Assert.Single(limiters.All);
        await Deadline.UntilAsync(() => limiter.Lent == 1, "'nobody' and the barrier have ended");
        await client.VanishAsync();
        await server.UntilConnectionsAsync(0);
        Assert.False(limiter.IsDisposed);
        gate.SetResult();

        await Deadline.UntilAsync(() => limiter.IsDisposed, "the limiter is disposed");
        Assert.Equal(0, limiter.LentWhenDisposed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_concurrency_limiter_limits_how_many_handlers_run_also_behind_filters(bool filtered)
    {
        var limiter = new ConcurrencyLimiter(new() { PermitLimit = 1, QueueLimit = 0 });
        WireServer server = await StartAsync(options => options.ConnectionRateLimiter = _ => limiter);
        using var counts = new LimitCounts(server);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new Heard<string>("starts");
        if (filtered)
        {
            server.IO.AddEventFilter(static (context, next) => next(context));
        }

        server.IO.OnConnection(socket => socket.On("wait", async () =>
        {
            started.Add("start");
            await gate.Task;
            return "done";
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"wait\"]", "422[\"wait\"]");
        Assert.Equal("start", await started.NextAsync());
        await Deadline.UntilAsync(() => counts.Struck.Count == 1, "the second is dropped");
        gate.SetResult();
        await client.ShouldReceiveAsync("431[\"done\"]");

        await Deadline.UntilAsync(() => limiter.GetStatistics()!.CurrentAvailablePermits == 1, "the handler's end gives back what was lent");
        await client.SendAsync("423[\"wait\"]");
        await client.ShouldReceiveAsync("433[\"done\"]");
    }

    [Fact]
    public async Task A_limiter_that_throws_lets_nothing_pass_and_costs_nobody_the_connection()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(static options =>
        {
            options.ConnectionRateLimiter = static handshake => handshake.Query.ContainsKey("bad") ? throw new InvalidTimeZoneException("limiter") : null;
            options.AnswerErrors = static _ => "failed";
        });
        Heard<int> heard = Hear(server);
        WebSocketWire bad = await WebSocketAsync(server, WebSocketWire.Query + "&bad=1");
        await bad.ReceiveTextAsync();
        await bad.SendTextAsync("40");
        await bad.ReceiveTextAsync();
        EngineClient good = await JoinAsync(server);

        await bad.SendTextAsync("421[\"x\",1]");
        Assert.Equal("431[\"failed\"]", await bad.ReceiveTextAsync());
        await good.SendAsync("421[\"x\",2]");
        await good.ShouldReceiveAsync("431[]");

        Assert.Equal([2], heard.All);
        Assert.IsType<InvalidTimeZoneException>(server.Log.Find("rate limiter threw")!.Exception);
        Assert.Equal(2, server.IO.ConnectionCount);
    }

    private static FixedWindowRateLimiter Window(int permits) => new(Settings(permits));

    private static FixedWindowRateLimiterOptions Settings(int permits) => new() { PermitLimit = permits, Window = TimeSpan.FromHours(1), QueueLimit = 0, AutoReplenishment = false };

    private static Heard<int> Hear(WireServer server)
    {
        var heard = new Heard<int>("handled events");
        server.IO.OnConnection(socket => socket.On("x", async (int number, Ack ack) =>
        {
            heard.Add(number);
            await ack.SendAsync();
        }));
        return heard;
    }

    /// <summary>Lends to everyone, and remembers.</summary>
    private sealed class Recording : RateLimiter
    {
        private int _lent;

        public int Lent => Volatile.Read(ref _lent);

        public int LentWhenDisposed { get; private set; } = -1;

        public bool IsDisposed { get; private set; }

        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount)
        {
            Interlocked.Increment(ref _lent);
            return new Lease(this);
        }

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(AttemptAcquireCore(permitCount));

        protected override void Dispose(bool disposing)
        {
            LentWhenDisposed = Lent;
            IsDisposed = true;
            base.Dispose(disposing);
        }

        private sealed class Lease(Recording limiter) : RateLimitLease
        {
            private bool _isBack;

            public override bool IsAcquired => true;

            public override IEnumerable<string> MetadataNames => [];

            public override bool TryGetMetadata(string metadataName, out object? metadata)
            {
                metadata = null;
                return false;
            }

            protected override void Dispose(bool disposing)
            {
                if (!Interlocked.Exchange(ref _isBack, true))
                {
                    Interlocked.Decrement(ref limiter._lent);
                }

                base.Dispose(disposing);
            }
        }
    }
}
