using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Tests;

public sealed class SqliteListingStoreTests : ListingStoreTests
{
    protected override string DatabaseName => "SQLite";

    [Fact]
    public async Task A_database_of_the_old_backend_opens_lists_and_updates()
    {
        using var folder = new TestFolder();
        Execute(folder, OldBackend.SqliteTable);
        foreach (string row in OldBackend.Rows)
        {
            Execute(folder, row);
        }

        Execute(folder, "INSERT INTO properties (id, price, bedrooms, timestamp) VALUES ('text', 'on request', 'many', 'long ago')");

        using var api = new ApiHost(folder.Path);
        await OldBackend.CheckAsync(api);
        JsonElement text = await api.PropertyAsync("text");
        Assert.False(text.TryGetProperty("price", out _));
        Assert.DoesNotContain("text", await api.IdsAsync("?price_min=0"));
        Assert.DoesNotContain("text", await api.IdsAsync("?bedrooms_min=0"));
    }

    [Fact]
    public async Task Columns_that_an_older_table_lacks_are_added()
    {
        using var folder = new TestFolder();
        Execute(folder, "CREATE TABLE properties (id TEXT PRIMARY KEY, price REAL, mine TEXT)");
        Execute(folder, "INSERT INTO properties VALUES ('old', 5, 'kept')");

        using var api = new ApiHost(folder.Path);
        await api.StoreAsync("""{"id":"new","price":6}""");

        Assert.Equal(["new", "old"], await api.IdsAsync("?price_min=5"));
        Assert.Equal("kept", Execute(folder, "SELECT mine FROM properties WHERE id = 'old'"));
    }

    [Fact]
    public async Task A_locked_file_is_an_outage_that_ends()
    {
        using var folder = new TestFolder();
        using var api = new ApiHost(folder.Path);
        await api.StoreAsync("""{"id":"a"}""");
        using (var locker = new SqliteConnection($"Data Source={folder.File("properties.db")};Pooling=False"))
        {
            locker.Open();
            using SqliteTransaction transaction = locker.BeginTransaction();
            using HttpResponseMessage response = await api.PostAsync("""{"id":"b"}""");
            Assert.Contains("locked", await ApiHost.ErrorAsync(response, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Equal(["a"], await api.IdsAsync());
        }

        await api.StoreAsync("""{"id":"b"}""");
        Assert.Equal(2, (await api.IdsAsync()).Length);
    }

    [Fact]
    public async Task When_Flipr_ends_everything_is_in_the_one_file()
    {
        using var folder = new TestFolder();
        using (var api = new ApiHost(folder.Path))
        {
            await api.StoreAsync("""{"id":"a"}""");
            await api.IdsAsync();
        }

        Assert.Equal(["properties.db"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
        using var again = new ApiHost(folder.Path);
        Assert.Equal(["a"], await again.IdsAsync());
    }

    protected override Task<(string Name, string Value)[]> SettingsAsync() => Task.FromResult<(string, string)[]>([]);

    private static object? Execute(TestFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.File("properties.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
