using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>
/// The endpoint stays out of what the application switches on for all its endpoints. Each test has a second endpoint that shows the
/// application's setting at work.
/// </summary>
public abstract class EndpointTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : EndpointTests(Route.Polling1);

    public sealed class OverHttp2() : EndpointTests(Route.Polling2);

    [Fact]
    public async Task A_poll_outlives_the_applications_request_timeout()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddRequestTimeouts(o => o.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(100) }),
            App = app =>
            {
                app.UseRouting();
                app.UseRequestTimeouts();
                app.MapGet("/slow", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
            },
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);

        Assert.Equal(504, (await http.SendToAsync("/slow", HttpMethod.Get, null)).Status);
        await server.IO.EmitAsync("news");

        (await poll.Within("the poll is answered")).ShouldBePackets("42[\"news\"]");
    }

    [Fact]
    public async Task Handshakes_are_never_cached()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddOutputCache(o => o.AddBasePolicy(policy => policy.Cache().Expire(TimeSpan.FromHours(1)))),
            App = app =>
            {
                app.UseRouting();
                app.UseOutputCache();
                app.MapGet("/now", (HttpContext context) => context.Response.WriteAsync(Guid.NewGuid().ToString()));
            },
        });
        PollingClient http = Polling(server);

        Assert.Equal((await http.SendToAsync("/now", HttpMethod.Get, null)).Body, (await http.SendToAsync("/now", HttpMethod.Get, null)).Body);
        Assert.NotEqual((await http.HandshakeAsync()).Sid, (await http.HandshakeAsync()).Sid);
    }

    [Fact]
    public async Task Polls_stay_out_of_the_applications_request_durations()
    {
        var paths = new ConcurrentQueue<string?>();
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddMetrics(),
            App = app => app.MapGet("/hello", (HttpContext context) => context.Response.WriteAsync("hello")),
        });
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "http.server.request.duration" && instrument.Meter.Scope == server.Services.GetService<IMeterFactory>())
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            paths.Enqueue(tags.ToArray().FirstOrDefault(t => t.Key == "http.route").Value as string));
        listener.Start();
        PollingClient http = Polling(server);

        await http.JoinAsync();
        await http.SendToAsync("/hello", HttpMethod.Get, null);

        await Deadline.UntilAsync(() => paths.Contains("/hello"), "the other endpoint's request is measured");
        Assert.Equal(["/hello"], paths);
    }

    [Fact]
    public async Task A_slow_POST_is_not_cut_by_the_applications_minimum_data_rate()
    {
        // Kestrel looks once a second; its shortest grace period is a little longer.
        var cut = new Heard<string>("the other endpoint's slow body being cut");
        WireServer server = await StartAsync(new WireServerSetup
        {
            Kestrel = kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1e6, TimeSpan.FromSeconds(1.1)),
            App = app => app.MapPost("/body", async (HttpContext context) =>
            {
                try
                {
                    await context.Request.Body.CopyToAsync(Stream.Null);
                }
                catch (IOException e)
                {
                    // Over HTTP/1.1 a bad request of status 408, over HTTP/2 the end of the connection.
                    cut.Add(e.GetType().Name);
                }
            }),
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        using var held = new HeldContent("421[\"barrier\"]"u8.ToArray());
        Task<HttpAnswer> post = http.SendToAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, held);
        await server.UntilPendingAsync("POST", sid);

        using var other = new HeldContent("slow"u8.ToArray());
        using var abandon = new CancellationTokenSource();
        Task control = Polling(server).AbandonAsync("/body", HttpMethod.Post, other, abandon.Token);
        await cut.NextAsync();
        await abandon.CancelAsync();
        await control;

        held.Release();
        (await post.Within("the slow POST is answered")).ShouldBeOk();
    }

    [Fact]
    public async Task The_endpoint_is_one_like_any_other_and_takes_conventions()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Endpoint = endpoint => endpoint.Add(builder => builder.Metadata.Add("marked")),
            App = app => app.Use((context, next) =>
            {
                context.Response.Headers["X-Marked"] = context.GetEndpoint()?.Metadata.GetMetadata<string>() ?? "no";
                return next(context);
            }),
        });

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query);

        Assert.Equal("marked", answer.Header("X-Marked"));
    }

    [Fact]
    public async Task What_is_not_under_its_path_is_not_the_endpoints_business()
    {
        WireServer server = await StartAsync(new WireServerSetup { App = app => app.MapGet("/other", (HttpContext context) => context.Response.WriteAsync("mine")) });
        PollingClient http = Polling(server);

        Assert.Equal("mine", (await http.SendToAsync("/other" + PollingClient.Query, HttpMethod.Get, null)).Body);
        Assert.Equal(404, (await http.SendToAsync("/socket.iox/" + PollingClient.Query, HttpMethod.Get, null)).Status);
    }
}
