using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>The change log through a transaction-mode pooler: every statement may meet another session.</summary>
public sealed class PgBouncerChangeLogTests(PostgresServer postgres) : ChangeLogTests
{
    private PgBouncer? _pooler;

    [Fact]
    public async Task Two_instances_hear_each_others_changes_in_one_order()
    {
        using ApiHost other = Database.Start();
        await using SocketIOTestClient first = await ConnectAsync();
        await using SocketIOTestClient second = await SocketIOTestClient.ConnectAsync(other.Url);
        await second.NextAsync("connection_status");

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await (i % 2 == 0 ? Api : other).StoreAsync($$"""{"id":"{{i % 20}}","n":{{i}}}"""));

        string[] heard = await HearAsync(first, 200);
        Assert.Equal(heard, await HearAsync(second, 200));
        Assert.Equal(200, heard.Distinct().Count());
        Assert.Equal(20, heard.Count(text => text.StartsWith("new_property", StringComparison.Ordinal)));
        await first.HeardNothingElseAsync();
        await second.HeardNothingElseAsync();
    }

    private static async Task<string[]> HearAsync(SocketIOTestClient client, int count)
    {
        string[] heard = new string[count];
        for (int i = 0; i < count; i++)
        {
            JsonElement received = await client.NextAsync(null);
            heard[i] = $"{received[0].GetString()} {received[1].GetProperty("id").GetString()} {received[1].GetProperty("n").GetInt32()}";
        }

        return heard;
    }

    private protected override async Task<TestDatabase> CreateAsync()
    {
        _pooler = await postgres.StartPoolerAsync();
        return await TestDatabase.OfPostgresAsync(postgres, _pooler);
    }

    private protected override async Task CleanUpAsync()
    {
        if (_pooler is not null)
        {
            await _pooler.DisposeAsync();
        }
    }
}
