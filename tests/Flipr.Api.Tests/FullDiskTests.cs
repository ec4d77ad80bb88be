using System.Net;

namespace Flipr.Api.Tests;

/// <summary>SQLite on a disk that fills up.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_an_outage_of_writes_that_ends_when_there_is_space_again()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync();
        using var api = new ApiHost(disk.Path);
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        string start = (await client.NextAsync("connection_status")).GetProperty("cursor").GetString()!;
        await api.StoreAsync("""{"id":"before","n":0}""");
        await client.NextAsync("new_property");

        await disk.FillAsync();
        var stored = new List<string> { "before" };
        var refused = new List<string>();
        string text = new('x', 20_000);
        for (int i = 0; i < 40; i++)
        {
            // SQLite's files may have some space left in them.
            using HttpResponseMessage posted = await api.PostAsync($$"""{"id":"{{i:00}}","n":{{i}},"text":"{{text}}"}""");
            if (posted.StatusCode == HttpStatusCode.OK)
            {
                stored.Add($"{i:00}");
                await client.NextAsync("new_property");
                continue;
            }

            refused.Add($"{i:00}");
            Assert.Contains("the disk is full", await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.NotNull(posted.Headers.RetryAfter);
        }

        Assert.NotEmpty(refused);
        Assert.Equal(stored.Order(), (await api.IdsAsync()).Order());
        Assert.Equal(0, (await api.PropertyAsync("before")).GetProperty("n").GetInt32());
        Assert.Equal(stored.Count, (await api.GetAsync("/status")).GetProperty("total_properties").GetInt32());
        Assert.Equal(stored, (await client.CatchUpAsync(start)).Changes.Select(change => change.Split(' ')[1]));
        await client.HeardNothingElseAsync();

        disk.Free();
        await api.StoreAsync("""{"id":"after","n":1}""");
        Assert.Equal("after", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal([.. stored, "after"], (await client.CatchUpAsync(start)).Changes.Select(change => change.Split(' ')[1]));
        Assert.Equal("ok", (await api.GetAsync("/healthz")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task On_a_full_disk_Flipr_starts_says_so_and_takes_listings_when_there_is_space()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync();
        await disk.FillAsync();
        using var api = new ApiHost(disk.Path);

        Assert.Contains("disk", (await api.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable)).GetProperty("reason").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage posted = await api.PostAsync("{}");
        await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(posted.Headers.RetryAfter);

        disk.Free();
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage health = await api.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
            return health.IsSuccessStatusCode;
        });
        await api.StoreAsync("""{"id":"a"}""");
        Assert.Equal(["a"], await api.IdsAsync());
    }
}
