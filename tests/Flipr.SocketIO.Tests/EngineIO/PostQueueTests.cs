using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>POSTs that come while an earlier one's packets are being handled: they wait for their turn, a few of them.</summary>
public abstract class PostQueueTests(Route route) : WireTest(route)
{
    private const int MaxWaiting = 16;
    private const string Slow = "X-Slow";

    public sealed class OverHttp() : PostQueueTests(Route.Polling1);

    public sealed class OverHttp2() : PostQueueTests(Route.Polling2);

    [Fact]
    public async Task They_are_heard_in_their_order_and_all_are_answered_ok()
    {
        await using Held held = await HoldAsync();

        var posts = new List<Task<HttpAnswer>>();
        for (int i = 0; i < MaxWaiting; i++)
        {
            posts.Add(held.Http.PostAsync(held.Sid, $"42[\"say\",\"{i}a\"]", $"42[\"say\",\"{i}b\"]"));
            await held.Waits.NextAsync();
        }

        Assert.Empty(held.Said.All);
        held.Release();

        (await held.First.Within("the first POST is answered")).ShouldBeOk();
        foreach (HttpAnswer answer in await Task.WhenAll(posts).Within("the other POSTs are answered"))
        {
            answer.ShouldBeOk();
        }

        Assert.Equal(Enumerable.Range(0, MaxWaiting).SelectMany(i => new[] { $"{i}a", $"{i}b" }), held.Said.All);
        (await held.Http.PostAsync(held.Sid, "421[\"barrier\"]")).ShouldBeOk();
        (await held.Http.GetAsync(held.Sid)).ShouldBePackets("431[]");
    }

    [Fact]
    public async Task One_more_than_may_wait_gets_400_and_closes_the_session()
    {
        await using Held held = await HoldAsync();
        var posts = new List<Task<HttpAnswer>>();
        for (int i = 0; i < MaxWaiting; i++)
        {
            posts.Add(held.Http.PostAsync(held.Sid, "42[\"say\",\"waits\"]"));
            await held.Waits.NextAsync();
        }

        HttpAnswer tooMany = await held.Http.PostAsync(held.Sid, "42[\"say\",\"too many\"]");

        Assert.Equal(400, tooMany.Status);
        await held.Server.Log.ContainsAsync("16 POST requests");

        // They wait for nothing any more, whatever the handler of the first still does.
        await Task.WhenAll(posts).Within("the POSTs that waited are answered");
        held.Release();
        await held.First.Within("the first POST is answered");
        Assert.Equal("transport error", await held.Reasons.NextAsync());
        (await held.Http.GetAsync(held.Sid)).ShouldBeError(400, 1, "Session ID unknown");
        Assert.Empty(held.Said.All);
    }

    [Fact]
    public async Task More_bytes_than_MaxPayload_do_not_wait_together()
    {
        await using Held held = await HoldAsync(o => o.MaxPayload = 1_000);
        Task<HttpAnswer> waits = held.Http.PostAsync(held.Sid, $"42[\"say\",\"{new string('x', 700)}\"]");
        await held.Waits.NextAsync();

        HttpAnswer tooMany = await held.Http.PostAsync(held.Sid, $"42[\"say\",\"{new string('x', 700)}\"]");

        Assert.Equal(400, tooMany.Status);
        await held.Server.Log.ContainsAsync("MaxPayload");
        await waits.Within("the POST that waited is answered");
        held.Release();
        Assert.Equal("transport error", await held.Reasons.NextAsync());
    }

    [Fact]
    public async Task A_body_that_overlaps_one_that_is_still_being_read_is_refused_though_another_is_being_handled()
    {
        await using Held held = await HoldAsync();
        using var body = new HeldContent("42[\"say\",\"slow\"]"u8.ToArray());
        Task<HttpAnswer> slow = held.Http.SendToAsync($"/socket.io/{PollingClient.Query}&sid={held.Sid}", HttpMethod.Post, body, (Slow, "1"));
        await held.Waits.NextAsync();

        HttpAnswer overlapping = await held.Http.PostAsync(held.Sid, "42[\"say\",\"overlaps\"]");

        Assert.Equal(400, overlapping.Status);
        held.Release();
        Assert.Equal("transport error", await held.Reasons.NextAsync());
        body.Release();
        await Task.WhenAny(slow).Within("the slow POST ends, answered or cut");
        Assert.True(slow.Exception is not null || (await slow).Status == 400, "The slow POST must not be taken in.");
        Assert.Empty(held.Said.All);
    }

    private async Task<Held> HoldAsync(Action<SocketIOOptions>? options = null)
    {
        var waits = new Heard<string>("a POST that waits");
        WireServer server = await StartAsync(new WireServerSetup
        {
            Options = options ?? (_ => { }),
            App = app => app.Use(async (context, next) =>
            {
                if (HttpMethods.IsPost(context.Request.Method) && !context.Request.Headers.ContainsKey(Slow))
                {
                    // A body that is complete when the server gets it: what the server then waits for is its turn.
                    var body = new MemoryStream();
                    await context.Request.Body.CopyToAsync(body);
                    body.Position = 0;
                    context.Request.Body = body;
                }

                Task handling = next(context);
                if (!handling.IsCompleted && HttpMethods.IsPost(context.Request.Method))
                {
                    waits.Add("waits");
                }

                await handling;
            }),
        });
        PollingClient http = Polling(server);
        var gate = new ManualResetEventSlim();
        var holding = new Heard<string>("the handler that holds");
        var said = new Heard<string>("what was said");
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket =>
        {
            socket.On("hold", () =>
            {
                holding.Add("holds");
                Assert.True(gate.Wait(Deadline.Default), "The test should have released the handler.");
            });
            socket.On("say", (string text) => said.Add(text));
            socket.OnDisconnect(reasons.Add);
        });
        string sid = await http.JoinAsync();
        Task<HttpAnswer> first = http.PostAsync(sid, "42[\"hold\"]");
        await holding.NextAsync();
        return new Held(server, http, sid, first, said, waits, reasons, gate);
    }

    /// <summary>A session whose first POST is being handled until the test releases it; its handler blocks, so it does not count as waiting.</summary>
    private sealed record Held(WireServer Server, PollingClient Http, string Sid, Task<HttpAnswer> First, Heard<string> Said, Heard<string> Waits, Heard<string> Reasons, ManualResetEventSlim Gate)
        : IAsyncDisposable
    {
        public void Release() => Gate.Set();

        public async ValueTask DisposeAsync()
        {
            Gate.Set();
            await Task.WhenAny(First);
        }
    }
}
