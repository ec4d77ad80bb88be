using System.Globalization;
using System.Net;

namespace Flipr.Api.Tests;

/// <summary>A collector that got no answer posts again.</summary>
public abstract partial class PostedListingTests
{
    private const string Address = """{"address":"1 Pine St","price":1}""";

    [Fact]
    public async Task The_same_key_and_body_have_the_same_answer_and_nothing_is_applied_again()
    {
        string id;
        using (ApiHost first = await StartAsync())
        {
            id = await PostedAsync(first, Address, ("Idempotency-Key", "k1"));
            await PostedAsync(first, $$"""{"id":"{{id}}","price":2}""");
            string since = (await first.GetAsync("/properties")).GetProperty("cursor").GetString()!;

            Assert.Equal(id, await PostedAsync(first, Address, ("Idempotency-Key", "k1")));
            await PostedAsync(first, """{"id":"next"}""");
            await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(first.Url);
            Assert.Equal(["new next"], (await client.CatchUpAsync(since)).Changes);
        }

        using ApiHost one = await StartAsync();
        using ApiHost other = await StartAsync();
        Assert.Equal(id, await PostedAsync(one, Address, ("Idempotency-Key", "k1")));
        Assert.Equal(id, await PostedAsync(other, Address, ("Idempotency-Key", "k1")));
        Assert.Equal(2, (await other.PropertyAsync(id)).GetProperty("price").GetInt32());
        Assert.Equal(2, await TotalAsync(other));

        // A key stands for its request also where an id tells what is meant.
        await PostedAsync(one, """{"id":"next","price":3}""", ("Idempotency-Key", "k2"));
        await PostedAsync(one, """{"id":"next","price":4}""");
        await PostedAsync(one, """{"id":"next","price":3}""", ("Idempotency-Key", "k2"));
        Assert.Equal(4, (await one.PropertyAsync("next")).GetProperty("price").GetInt32());
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        using ApiHost api = await StartAsync();
        string id = await PostedAsync(api, Address, ("Idempotency-Key", "k"));
        string message = await RefusedAsync(api, HttpStatusCode.UnprocessableEntity, """{"address":"2 Pine St"}""", ("Idempotency-Key", "k"));

        Assert.Contains("Idempotency-Key", message, StringComparison.Ordinal);
        Assert.Contains("another body", message, StringComparison.Ordinal);
        Assert.Equal([id], await api.IdsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("256")]
    public async Task What_is_no_key_is_refused(string key)
    {
        using ApiHost api = await StartAsync();
        (string, string) header = ("Idempotency-Key", key == "256" ? new string('k', 256) : key);
        Assert.StartsWith("Idempotency-Key is no key. Send ", await RefusedAsync(api, HttpStatusCode.BadRequest, Address, header), StringComparison.Ordinal);

        await PostedAsync(api, Address, ("Idempotency-Key", new string('~', 255)));
        Assert.Equal(1, await TotalAsync(api));
    }

    [Theory]
    [InlineData("k")]
    [InlineData(null)]
    public async Task However_many_come_at_once_on_whatever_instance_make_one_listing(string? key)
    {
        using ApiHost one = await StartAsync();
        using ApiHost other = await StartAsync();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(one.Url);
        await client.NextAsync("connection_status");
        (string, string)[] headers = key is null ? [] : [("Idempotency-Key", key)];
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => PostedAsync(i % 2 == 0 ? one : other, Address, headers)));

        Assert.Single(ids.Distinct());
        Assert.Equal([ids[0]], await one.IdsAsync());
        await PostedAsync(one, """{"id":"last"}""");
        Assert.Equal(ids[0], (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal("last", (await client.NextAsync("new_property")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_same_body_without_an_id_is_the_same_listing_also_after_a_restart()
    {
        string id;
        using (ApiHost first = await StartAsync())
        {
            id = await PostedAsync(first, Address);
            Assert.Equal(id, await PostedAsync(first, Address));
            Assert.NotEqual(id, await PostedAsync(first, """{"address":"1 Pine St","price":2}"""));
        }

        using ApiHost second = await StartAsync();
        Assert.Equal(id, await PostedAsync(second, Address));
        Assert.Equal(2, await TotalAsync(second));

        // But one that was deleted, and is posted again, is wanted again.
        await DeleteAsync(second, id);
        string again = await PostedAsync(second, Address);
        Assert.Equal(again, await PostedAsync(second, Address));
        Assert.Equal("1 Pine St", (await second.PropertyAsync(again)).GetProperty("address").GetString());
        Assert.Equal(2, await TotalAsync(second));
    }

    [Fact]
    public async Task What_is_remembered_is_forgotten_in_its_time()
    {
        using ApiHost api = await StartAsync();
        string byBody = await PostedAsync(api, Address);
        string byKey = await PostedAsync(api, Address, ("Idempotency-Key", "k"));
        string[] kept = ["body", "key"];
        long[] seconds = [600, 86_400];
        for (int i = 0; i < kept.Length; i++)
        {
            string left = _database.IsPostgres ? "extract(epoch FROM expires_at - now())::bigint" : "expires_at - CAST(strftime('%s', 'now') AS INTEGER)";
            object? remaining = await _database.ExecuteAsync($"SELECT {left} FROM flipr_requests WHERE key LIKE '% {kept[i]} %'");
            Assert.InRange(Convert.ToInt64(remaining, CultureInfo.InvariantCulture), seconds[i] - 300, seconds[i]);
        }

        string past = _database.IsPostgres ? "now()" : "CAST(strftime('%s', 'now') AS INTEGER)";
        await _database.ExecuteAsync($"UPDATE flipr_requests SET expires_at = {past}");
        Assert.NotEqual(byBody, await PostedAsync(api, Address));
        Assert.NotEqual(byKey, await PostedAsync(api, """{"address":"2 Pine St"}""", ("Idempotency-Key", "k")));
        Assert.Equal(4, await TotalAsync(api));

        // Bit by bit as others come, so that the table does not grow.
        for (int i = 0; i < 10; i++)
        {
            await PostedAsync(api, $$"""{"n":{{i}}}""");
        }

        await _database.ExecuteAsync($"UPDATE flipr_requests SET expires_at = {past}");
        for (int i = 0; i < 8; i++)
        {
            await PostedAsync(api, $$"""{"more":{{i}}}""");
        }

        Assert.Equal(8L, await _database.ExecuteAsync("SELECT count(*) FROM flipr_requests"));
    }

    [Fact]
    public async Task A_listing_with_an_id_and_no_key_is_not_remembered()
    {
        using ApiHost api = await StartAsync();
        await PostedAsync(api, """{"id":"a"}""");
        await PostedAsync(api, """{"identifier":{"attomId":7}}""");
        await PostedAsync(api, """{"id":"a"}""");

        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM flipr_requests"));
    }

    [Fact]
    public async Task What_one_sender_sent_is_not_answered_to_the_other()
    {
        using ApiHost api = await StartAsync(WithKeyAndAnonymous);
        string anonymous = await PostedAsync(api, Address, ("Idempotency-Key", "k"));
        string keyed = await PostedAsync(api, Address, ("Idempotency-Key", "k"), KeyHeader);
        Assert.NotEqual(anonymous, keyed);
        Assert.NotEqual(await PostedAsync(api, Address), await PostedAsync(api, Address, KeyHeader));
    }

    [Fact]
    public async Task Repeats_of_every_kind_do_not_disturb_what_comes_with_them()
    {
        using ApiHost api = await StartAsync(WithKeyAndAnonymous);
        string byKey = await PostedAsync(api, Address, ("Idempotency-Key", "k"));
        string byBody = await PostedAsync(api, Address);
        await PostedAsync(api, """{"id":"ours","n":0}""", KeyHeader);

        await Parallel.ForAsync(0, 120, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, _) =>
        {
            switch (i % 6)
            {
                case 0:
                    Assert.Equal(byKey, await PostedAsync(api, Address, ("Idempotency-Key", "k")));
                    break;
                case 1:
                    Assert.Equal(byBody, await PostedAsync(api, Address));
                    break;
                case 2:
                    await RefusedAsync(api, HttpStatusCode.UnprocessableEntity, $$"""{"n":{{i}}}""", ("Idempotency-Key", "k"));
                    break;
                case 3:
                    await RefusedAsync(api, HttpStatusCode.Forbidden, $$"""{"id":"ours","n":{{i}}}""");
                    break;
                case 4:
                    await PostedAsync(api, $$"""{"id":"new-{{i}}","n":{{i}}}""");
                    break;
                default:
                    await PostedAsync(api, $$"""{"n":{{i}}}""", ("Idempotency-Key", $"own-{i}"));
                    break;
            }
        });

        Assert.Equal(3 + 20 + 20, await TotalAsync(api));
        Assert.Equal(0, (await api.PropertyAsync("ours")).GetProperty("n").GetInt32());
    }
}
