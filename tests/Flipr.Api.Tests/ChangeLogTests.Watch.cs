using System.Globalization;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>What <c>watch</c> and <c>unwatch</c> let through.</summary>
public abstract partial class ChangeLogTests
{
    [Fact]
    public async Task What_is_heard_between_unwatch_and_watch_lies_between_their_cursors()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        Task changing = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await _database.ExecuteAsync(Rows($"burst-{i}-", 100));
            }
        }, TestContext.Current.CancellationToken);
        await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");
        client.Heard();
        do
        {
            long from = Position(await client.AskAsync("unwatch", "null"));
            long to = Position(await client.AskAsync("watch", """{"bbox":[10,20,11,21]}"""));
            Assert.Equal(Enumerable.Range(1, (int)(to - from)).Select(i => from + i), client.Heard().Select(heard => Position(heard[1])));
        }
        while (!changing.IsCompleted);
        await changing;

        static long Position(JsonElement element) => long.Parse(Cursor(element).Split('-')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>What an answer told of the box is not announced again; what it did not tell of is.</summary>
    [Fact]
    public async Task What_was_caught_up_of_a_box_keeps_nothing_else_from_who_watches_everything_again()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await using SocketIOTestClient reader = await ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");
            client.Heard();
            await _database.ExecuteAsync(Rows($"outside-{i}-", 50));
            await client.AskAsync("catch_up", """{"bbox":[10,20,11,21]}""");
            string from = Cursor(await client.AskAsync("unwatch", "null"));
            await _api.StoreAsync($$"""{"id":"end-{{i}}"}""");

            Assert.Equal((await reader.CatchUpAsync(from)).Changes, await HearUpToAsync(client, $"end-{i}"));
        }
    }

    [Fact]
    public async Task Who_asks_without_waiting_for_an_answer_hears_of_everything()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            await _database.ExecuteAsync(Rows($"burst-{i}-", 50));
            await client.EmitAsync("[\"catch_up\",{}]");
            await _api.StoreAsync($$"""{"id":"end-{{i}}"}""");

            Assert.Equal(51, (await HearUpToAsync(client, $"end-{i}")).Length);
        }
    }

    [Fact]
    public async Task Who_watches_a_box_hears_only_of_what_touches_it()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        JsonElement answer = await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");
        Assert.Equal("ok", answer.GetProperty("status").GetString());
        string watching = Cursor(answer);

        await _api.StoreAsync("""{"id":"outside","lat":20.5,"lng":12,"n":0}""");
        await _api.StoreAsync("""{"id":"edge","lat":20,"lng":11,"n":1}""");
        await _api.StoreAsync("""{"id":"nowhere","n":2}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":10.5,"n":3}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":11.0000001,"n":4}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":13,"n":5}""");
        await _api.StoreAsync("""{"id":"outside","lat":20.6,"lng":10.1,"n":6}""");
        await DeleteAsync("edge");
        await DeleteAsync("nowhere");
        await DeleteAsync("outside");

        Assert.Equal(1, N(await client.NextAsync("new_property")));
        Assert.Equal(3, N(await client.NextAsync("property_updated")));
        Assert.Equal(4, N(await client.NextAsync("property_updated")));
        Assert.Equal(6, N(await client.NextAsync("property_updated")));
        Assert.Equal("outside", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        await client.HeardNothingElseAsync();
        Assert.Equal(
            ["new edge 1", "updated edge 3", "updated edge 4", "updated outside 6", "deleted outside"],
            (await client.CatchUpAsync(watching, limit: 2, bbox: "[10,20,11,21]")).Changes);
    }

    [Fact]
    public async Task A_box_may_cross_the_antimeridian_and_give_way_to_another_and_to_everything()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await client.AskAsync("watch", """{"bbox":[0,0,1,1]}""");
        await client.AskAsync("watch", """{"bbox":[179,-1,-179,1]}""");
        await _api.StoreAsync("""{"id":"a","lat":0,"lng":-179.5,"n":1}""");
        await _api.StoreAsync("""{"id":"b","lat":0.5,"lng":0.5,"n":2}""");
        await _api.StoreAsync("""{"id":"c","lat":0,"lng":180,"n":3}""");
        Assert.Equal(1, N(await client.NextAsync("new_property")));
        Assert.Equal(3, N(await client.NextAsync("new_property")));

        Assert.Equal("ok", (await client.AskAsync("unwatch", "null")).GetProperty("status").GetString());
        await _api.StoreAsync("""{"id":"d","n":4}""");
        Assert.Equal(4, N(await client.NextAsync("new_property")));
        await client.HeardNothingElseAsync();
        Assert.Equal(["new a 1", "new c 3"], (await client.CatchUpAsync(null, bbox: "[179,-1,-179,1]")).Changes);
    }
}
