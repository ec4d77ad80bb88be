using Flipr.Testing.Otlp;

namespace Flipr.Api.Tests.Telemetry;

/// <summary>What a collector sees of a posted listing and of a client's events.</summary>
public sealed class TraceTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_posted_listing_is_one_trace_of_request_SQL_and_broadcast(bool onPostgres)
    {
        using TestDatabase database = onPostgres ? await TestDatabase.OfPostgresAsync(postgres) : TestDatabase.OfSqlite();
        await using var receiver = new OtlpReceiver();
        await using TracedApi api = await TracedApi.StartAsync(database, receiver, "one");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");

        (string traceId, string caller) = await api.PostAsync("""{"id":"a","price":1}""");
        await client.NextAsync("new_property");
        (string secondId, _) = await api.PostAsync("""{"id":"a","price":2}""");
        await client.NextAsync("property_updated");

        OtlpSpan[] trace = await TraceAsync(receiver, traceId, "publish new_property");
        OtlpSpan request = CheckStored(trace, caller, onPostgres ? "postgresql" : "sqlite");
        CheckAnnounced(trace, request, "new_property");
        OtlpSpan[] second = await TraceAsync(receiver, secondId, "publish property_updated");
        CheckAnnounced(second, Assert.Single(second, span => span.Kind == OtlpSpanKind.Server), "property_updated");
        Assert.Equal(5, trace.Length);
        Assert.Equal(5, second.Length);

        // Neither the transports' requests nor the feed's looks are traces of their own.
        Assert.DoesNotContain(receiver.Spans, span => span.Attributes.GetValueOrDefault("url.path", "").StartsWith("/socket.io", StringComparison.Ordinal));
        Assert.DoesNotContain(receiver.Spans, span => span.Attributes.ContainsKey("db.system") && span.ParentId == "");
    }

    /// <summary>Aspire samples every span that has no parent, and asks for the health every few seconds.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_health_check_leaves_no_trace_whatever_is_sampled(bool onPostgres)
    {
        using TestDatabase database = onPostgres ? await TestDatabase.OfPostgresAsync(postgres) : TestDatabase.OfSqlite();
        await using var receiver = new OtlpReceiver();
        await using TracedApi api = await TracedApi.StartAsync(database, receiver, "one", ("OTEL_TRACES_SAMPLER", "always_on"));

        foreach (string path in (string[])["/healthz", "/health", "/alive"])
        {
            await api.GetAsync(path);
        }

        // Spans leave in their order: once this one is there, what the checks left would be.
        (string traceId, _) = await api.PostAsync("""{"id":"a"}""");
        await receiver.WaitUntilAsync(all => all.Spans.Any(span => span.TraceId == traceId && span.Kind == OtlpSpanKind.Server), TestContext.Current.CancellationToken);
        Assert.All(receiver.Spans, span => Assert.Equal(traceId, span.TraceId));
    }

    [Fact]
    public async Task The_trace_goes_on_at_the_instance_where_the_client_is()
    {
        using TestDatabase database = await TestDatabase.OfPostgresAsync(postgres);
        await using var receiver = new OtlpReceiver();
        await using TracedApi one = await TracedApi.StartAsync(database, receiver, "one");
        await using TracedApi two = await TracedApi.StartAsync(database, receiver, "two");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(two.Url);
        await client.NextAsync("connection_status");

        (string traceId, string caller) = await one.PostAsync("""{"id":"a"}""");
        await client.NextAsync("new_property");
        OtlpSpan[] trace = await TraceAsync(receiver, traceId, "publish new_property");

        OtlpSpan request = CheckStored(trace, caller, "postgresql");
        OtlpSpan publish = CheckAnnounced(trace, request, "new_property");
        Assert.Equal("one", request.Service);
        Assert.Equal("two", publish.Service);
        Assert.Equal(5, trace.Length);

        // What somebody else writes has no request, and is not taken for part of one.
        await database.ExecuteAsync("UPDATE properties SET price = 5 WHERE id = 'a'");
        await client.NextAsync("property_updated");
        await receiver.WaitUntilAsync(all => all.Spans.Any(span => span.Name == "announce property_updated"), TestContext.Current.CancellationToken);
        OtlpSpan byHand = Assert.Single(receiver.Spans, span => span.Name == "announce property_updated");
        Assert.Equal("", byHand.ParentId);
        Assert.NotEqual(traceId, byHand.TraceId);
    }

    [Fact]
    public async Task Requests_that_are_stored_together_are_linked_with_the_one_span_that_stores_them()
    {
        const int Requests = 40;
        using TestDatabase database = TestDatabase.OfSqlite();
        await using var receiver = new OtlpReceiver();
        await using TracedApi api = await TracedApi.StartAsync(database, receiver, "one");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);

        (string TraceId, string)[] posted = await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => api.PostAsync($$"""{"id":"{{i}}"}""")));
        await receiver.WaitUntilAsync(
            all => posted.All(post => HasEnded(all.Spans, post.TraceId)), TestContext.Current.CancellationToken);

        IReadOnlyList<OtlpSpan> spans = receiver.Spans;
        foreach ((string traceId, _) in posted)
        {
            OtlpSpan request = Assert.Single(spans, span => span.TraceId == traceId && span.Kind == OtlpSpanKind.Server);
            OtlpSpan store = Assert.Single(spans, span => span.Name == "store listings" && (span.ParentId == request.SpanId || span.Links.Contains(request.SpanId)));
            Assert.True(store.ParentId == request.SpanId || request.Links.Contains(store.SpanId));
            Assert.Equal(request.SpanId, Assert.Single(spans, span => span.TraceId == traceId && span.Name == "announce new_property").ParentId);
        }

        static bool HasEnded(IReadOnlyList<OtlpSpan> spans, string traceId) =>
            spans.Any(span => span.TraceId == traceId && span.Name == "publish new_property")
            && spans.FirstOrDefault(span => span.TraceId == traceId && span.Kind == OtlpSpanKind.Server) is { } request
            && spans.Any(span => span.Name == "store listings" && (span.ParentId == request.SpanId || span.Links.Contains(request.SpanId)));
    }

    [Fact]
    public async Task A_clients_event_is_a_trace_of_its_own_linked_to_the_connection()
    {
        using TestDatabase database = TestDatabase.OfSqlite();
        await using var receiver = new OtlpReceiver();
        await using TracedApi api = await TracedApi.StartAsync(database, receiver, "one");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");
        await client.EmitAsync("""["ping_test",1]""");
        await client.NextAsync("pong_response");
        await client.AskAsync("catch_up", "{}");

        await receiver.WaitUntilAsync(
            all => new[] { "connect", "process connection", "process ping_test", "process catch_up" }.All(name => all.Spans.Any(span => span.Name == name))
                && all.Logs.Any(entry => entry.Body.StartsWith("Client ", StringComparison.Ordinal)),
            TestContext.Current.CancellationToken);

        OtlpSpan connect = Span("connect");
        Assert.Equal("websocket", connect.Attributes["socketio.transport"]);
        foreach ((string received, string child) in ((string, string)[])
            [("process connection", "publish connection_status"), ("process ping_test", "publish pong_response"), ("process catch_up", "sqlite read")])
        {
            OtlpSpan process = Span(received);
            Assert.Equal((OtlpSpanKind.Consumer, ""), (process.Kind, process.ParentId));
            Assert.NotEqual(connect.TraceId, process.TraceId);
            Assert.Equal([connect.SpanId], process.Links);
            Assert.Equal(client.Sid, process.Attributes["socketio.sid"]);
            Assert.Equal(
                ("socket.io", "process", "process", "process", received["process ".Length..]),
                (process.Attributes["messaging.system"], process.Attributes["messaging.operation"], process.Attributes["messaging.operation.name"],
                    process.Attributes["messaging.operation.type"], process.Attributes["messaging.destination.name"]));
            Assert.False(process.IsError);
            Assert.Contains(receiver.Spans, span => span.Name == child && span.ParentId == process.SpanId && span.TraceId == process.TraceId);
        }

        OtlpLog log = Assert.Single(receiver.Logs, entry => entry.Body.StartsWith("Client ", StringComparison.Ordinal));
        Assert.Equal(Span("process connection").TraceId, log.TraceId);
        Assert.Equal(
            (client.Sid, "/", "connection"), (log.Attributes["socketio.sid"], log.Attributes["socketio.namespace"], log.Attributes["socketio.event"]));

        OtlpSpan Span(string name) => Assert.Single(receiver.Spans, span => span.Name == name);
    }

    /// <summary>Waits until a trace is there: its request, its SQL, and the span that ends it.</summary>
    private static async Task<OtlpSpan[]> TraceAsync(OtlpReceiver receiver, string traceId, string last)
    {
        await receiver.WaitUntilAsync(
            all => Trace(all) is var spans && spans.Any(span => span.Name == last) && spans.Any(span => span.Kind == OtlpSpanKind.Server)
                && spans.Any(span => span.Name == "store listings") && spans.Any(span => span.Name.StartsWith("announce ", StringComparison.Ordinal)),
            TestContext.Current.CancellationToken);
        return Trace(receiver);

        OtlpSpan[] Trace(OtlpReceiver all) => [.. all.Spans.Where(span => span.TraceId == traceId)];
    }

    private static OtlpSpan CheckStored(OtlpSpan[] trace, string caller, string system)
    {
        OtlpSpan request = Assert.Single(trace, span => span.Kind == OtlpSpanKind.Server);
        Assert.Equal("POST /update", request.Name);
        Assert.Equal(caller, request.ParentId);
        OtlpSpan store = Assert.Single(trace, span => span.Name == "store listings");
        Assert.Equal(request.SpanId, store.ParentId);
        OtlpSpan sql = Assert.Single(trace, span => span.Kind == OtlpSpanKind.Client);
        Assert.Equal(store.SpanId, sql.ParentId);
        Assert.Equal((system, system), (sql.Attributes["db.system"], sql.Attributes["db.system.name"]));
        return request;
    }

    private static OtlpSpan CheckAnnounced(OtlpSpan[] trace, OtlpSpan request, string eventName)
    {
        OtlpSpan announce = Assert.Single(trace, span => span.Name == $"announce {eventName}");
        Assert.Equal(request.SpanId, announce.ParentId);
        OtlpSpan publish = Assert.Single(trace, span => span.Name == $"publish {eventName}");
        Assert.Equal((OtlpSpanKind.Producer, announce.SpanId), (publish.Kind, publish.ParentId));
        Assert.Equal(
            ("socket.io", "publish", "publish", "send", eventName),
            (publish.Attributes["messaging.system"], publish.Attributes["messaging.operation"], publish.Attributes["messaging.operation.name"],
                publish.Attributes["messaging.operation.type"], publish.Attributes["messaging.destination.name"]));
        Assert.Equal(("/", "1"), (publish.Attributes["socketio.namespace"], publish.Attributes["socketio.recipients"]));
        return publish;
    }
}
