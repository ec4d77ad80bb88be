using System.Text.Json;
using Flipr.Api.Changes;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

/// <summary>What <c>catch_up</c> answers.</summary>
public abstract partial class ChangeLogTests
{
    [Fact]
    public async Task Each_state_of_a_listing_is_kept_for_those_who_have_not_seen_it()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1,"price":1.10,"unknown":[1e5]}""");
        string first = (await _api.PropertyAsync("a")).GetRawText();
        await _api.StoreAsync("""{"id":"a","n":2}""");
        await DeleteAsync("a");
        await _api.StoreAsync("""{"id":"a","n":3}""");

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        Assert.Equal(["new a 1", "updated a 2", "deleted a", "new a 3"], (await client.CatchUpAsync(start)).Changes);
        JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":"{{start}}","limit":1}""");
        Assert.Equal(first, answer.GetProperty("changes")[0].GetProperty("property").GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task From_the_beginning_comes_every_listing_as_it_was_and_then_what_happened_meanwhile(int limit)
    {
        for (int i = 0; i < 20; i++)
        {
            await _api.StoreAsync($$"""{"id":"{{i:00}}","n":{{i}}}""");
        }

        await _api.StoreAsync("""{"id":"03","n":103}""");
        await DeleteAsync("04");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);

        JsonElement answer = await client.AskAsync("catch_up", """{"limit":2}""");
        Assert.Equal(["00", "01"], answer.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("property").GetProperty("id").GetString()));
        Assert.True(answer.GetProperty("more").GetBoolean());
        await _api.StoreAsync("""{"id":"10","n":110}""");
        await DeleteAsync("11");
        await _api.StoreAsync("""{"id":"20","n":20}""");

        (string[] changes, _) = await client.CatchUpAsync(answer.GetProperty("next").GetString(), limit);
        Assert.Equal(
            [
                .. Enumerable.Range(2, 18).Except([3, 4]).Select(i => $"new {i:00} {i}"), "new 03 103",
                "updated 10 110", "deleted 11", "new 20 20",
            ],
            changes);
    }

    /// <summary>Who asks as docs/architecture.md says: up to where its connection begins. The rest is announced, whatever is being written meanwhile.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_change_comes_to_a_client_once_on_the_wire(bool knowsSomething)
    {
        string? start = knowsSomething ? Cursor(await _api.GetAsync("/properties")) : null;
        await WhileChangingAsync(async changing =>
        {
            await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
            string connected = Cursor(await client.NextAsync("connection_status"));
            List<string> cursors = await client.CursorsOfCatchUpAsync(start, connected, limit: 20);
            await HearToTheEndAsync(client, changing, cursors);

            Assert.Equal(cursors.Distinct(), cursors);
            Assert.Equal(await CountAsync(), cursors.Count);
        });

        async Task<int> CountAsync() => (await _api.GetAsync("/properties")).GetProperty("pagination").GetProperty("total_count").GetInt32();
    }

    /// <summary>Who asks for everything may have heard of it before, never after.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_client_has_caught_up_is_not_announced_to_it(bool knowsSomething)
    {
        string? start = knowsSomething ? Cursor(await _api.GetAsync("/properties")) : null;
        await WhileChangingAsync(async changing =>
        {
            await using SocketIOTestClient client = await ConnectAsync();
            List<string> answered = await client.CursorsOfCatchUpAsync(start, until: null, limit: 1000);
            List<string> before = [.. client.Heard().Select(heard => Cursor(heard[1]))];
            List<string> heard = [.. answered, .. before];
            int known = heard.Count;
            await HearToTheEndAsync(client, changing, heard);

            Assert.Empty(answered.Intersect(heard.Skip(known)));
            Assert.Equal(heard.Distinct().Count(), (await client.CursorsOfCatchUpAsync(start, until: null, limit: 1000)).Count);
        });
    }

    /// <summary>Has listings written in bursts, by a hand and by posts, and clients that come and go meanwhile.</summary>
    private async Task WhileChangingAsync(Func<Task, Task> connect)
    {
        await _database.ExecuteAsync(Rows("before-", 50));
        Task changing = ChangeAsync();
        await Parallel.ForAsync(0, 6, TestContext.Current.CancellationToken, async (_, _) =>
        {
            for (int i = 0; i == 0 || (i < 5 && !changing.IsCompleted); i++)
            {
                await connect(changing);
            }
        });

        async Task ChangeAsync()
        {
            for (int i = 0; i < 15; i++)
            {
                await _database.ExecuteAsync(Rows($"burst-{i}-", 100));
                await _api.StoreAsync($$"""{"id":"posted-{{i}}"}""");
            }

            await _api.StoreAsync("""{"id":"end"}""");
        }
    }

    private async Task HearToTheEndAsync(SocketIOTestClient client, Task changing, List<string> cursors)
    {
        await changing;
        string end = Cursor(await _api.PropertyAsync("end"));
        while (!cursors.Contains(end))
        {
            cursors.Add(Cursor((await client.NextAsync(null))[1]));
        }
    }

    [Fact]
    public async Task From_the_beginning_up_to_a_cursor_come_the_listings_as_they_were_then()
    {
        await _api.StoreAsync("""{"id":"a","n":1,"lat":10,"lng":10}""");
        await _api.StoreAsync("""{"id":"b","n":2,"lat":10,"lng":10}""");
        await _api.StoreAsync("""{"id":"c","n":3}""");
        await _api.StoreAsync("""{"id":"a","n":4,"lat":10,"lng":10}""");
        string then = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":5,"lat":50,"lng":50}""");
        await _api.StoreAsync("""{"id":"a","n":6,"lat":50,"lng":50}""");
        await DeleteAsync("b");
        await _api.StoreAsync("""{"id":"d","n":7}""");
        await using SocketIOTestClient client = await ConnectAsync();

        (string[] changes, string next) = await client.CatchUpAsync(null, limit: 2, until: then);
        Assert.Equal(["new b 2", "new c 3", "new a 4"], changes);
        Assert.Equal(then, next);
        Assert.Equal(["new b 2", "new a 4"], (await client.CatchUpAsync(null, bbox: "[9,9,11,11]", until: then)).Changes);
        Assert.Equal(["updated a 5", "updated a 6", "deleted b", "new d 7"], (await client.CatchUpAsync(next)).Changes);
        Assert.Empty((await client.CatchUpAsync(next, until: then)).Changes);
        string end = Cursor(await _api.GetAsync("/properties"));
        Assert.Equal(end, (await client.CatchUpAsync(end, until: then)).Next);
        string beyond = $"{then.Split('-')[0]}-999999";
        foreach (string unknown in (string[])["000000000000-1", beyond])
        {
            Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{then}}","until":"{{unknown}}"}""")).GetRawText());
        }
    }

    [Fact]
    public async Task Without_an_argument_it_begins_at_the_beginning()
    {
        await _api.StoreAsync("""{"id":"a"}""");
        await using SocketIOTestClient client = await ConnectAsync();
        await client.EmitAsync("[\"catch_up\"]", ack: 5);

        JsonElement answer = (await client.NextAckAsync())[0];
        Assert.Equal("new", answer.GetProperty("changes")[0].GetProperty("type").GetString());
        Assert.False(answer.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task An_answer_ends_early_rather_than_grow_without_bound()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        string text = new('x', 200_000);
        for (int i = 0; i < 20; i++)
        {
            await _api.StoreAsync($$"""{"id":"{{i:00}}","n":{{i}},"text":"{{text}}"}""");
        }

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""");

        Assert.InRange(answer.GetProperty("changes").GetArrayLength(), 1, 10);
        Assert.True(answer.GetProperty("more").GetBoolean());
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"new {i:00} {i}"), (await client.CatchUpAsync(start)).Changes);
    }

    [Theory]
    [InlineData("watch", "null", "bbox")]
    [InlineData("watch", "{}", "bbox")]
    [InlineData("watch", "[1,2,3,4]", "bbox")]
    [InlineData("watch", """{"bbox":null}""", "bbox")]
    [InlineData("watch", """{"bbox":[1,2,3]}""", "bbox")]
    [InlineData("watch", """{"bbox":["1","2","3","4"]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,10,1,9]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,0,181,1]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,0,1e999,1]}""", "bbox")]
    [InlineData("catch_up", "7", "object")]
    [InlineData("catch_up", """{"since":7}""", "since")]
    [InlineData("catch_up", """{"since":""}""", "since")]
    [InlineData("catch_up", """{"since":"yesterday"}""", "since")]
    [InlineData("catch_up", """{"since":"a-1-2-3"}""", "since")]
    [InlineData("catch_up", """{"since":"a--1"}""", "since")]
    [InlineData("catch_up", """{"until":7}""", "until")]
    [InlineData("catch_up", """{"until":"a-1-2"}""", "until")]
    [InlineData("catch_up", """{"limit":0}""", "limit")]
    [InlineData("catch_up", """{"limit":1001}""", "limit")]
    [InlineData("catch_up", """{"limit":1.5}""", "limit")]
    [InlineData("catch_up", """{"limit":"5"}""", "limit")]
    [InlineData("catch_up", """{"bbox":"1,2,3,4"}""", "bbox")]
    public async Task Bad_input_is_refused_by_name_and_changes_nothing(string name, string argument, string culprit)
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");

        JsonElement answer = await client.AskAsync(name, argument);
        Assert.Equal("error", answer.GetProperty("status").GetString());
        Assert.Contains(culprit, answer.GetProperty("message").GetString(), StringComparison.Ordinal);

        await _api.StoreAsync("""{"id":"outside","n":1}""");
        await _api.StoreAsync("""{"id":"inside","lat":20,"lng":10,"n":2}""");
        Assert.Equal(2, N(await client.NextAsync("new_property")));
    }

    [Fact]
    public async Task A_cursor_that_is_no_longer_good_says_so()
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1}""");
        await _api.StoreAsync("""{"id":"a","n":2}""");
        await _api.StoreAsync("""{"id":"b","n":3}""");
        await DeleteAsync("b");
        string known = Cursor(await _api.GetAsync("/properties"));
        JsonElement begun = await client.AskAsync("catch_up", """{"limit":1}""");
        string database = known.Split('-')[0];

        foreach (string cursor in (string[])["000000000000-1", $"{database}-999999", $"{database}-1-999999", $"{database}-4-3"])
        {
            Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{cursor}}"}""")).GetRawText());
        }

        // What is younger than the time that is kept stays.
        var log = _api.Services.GetRequiredService<IChangeLog>();
        Assert.Equal(0, await log.PruneAsync(DateTimeOffset.UtcNow - ChangePruning.Kept, TestContext.Current.CancellationToken));
        Assert.Equal(4, (await client.CatchUpAsync(start)).Changes.Length);

        // The first state of a, and b with its tombstone, are forgotten: a cursor from before them would skip the delete.
        Assert.Equal(3, await log.PruneAsync(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""")).GetRawText());
        Assert.Equal(["new a 2"], (await client.CatchUpAsync(null, limit: 1)).Changes);
        Assert.Empty((await client.CatchUpAsync(known)).Changes);
        Assert.Empty((await client.CatchUpAsync(begun.GetProperty("next").GetString())).Changes);
        await _api.StoreAsync("""{"id":"b","n":5}""");
        Assert.Equal(["new b 5"], (await client.CatchUpAsync(known)).Changes);
    }
}
