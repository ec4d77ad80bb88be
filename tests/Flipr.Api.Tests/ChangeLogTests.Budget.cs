using Flipr.Api.Changes;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

// The log's budget in bytes.
public abstract partial class ChangeLogTests
{
    private static readonly DateTimeOffset Soon = DateTimeOffset.UtcNow + TimeSpan.FromHours(1);

    [Fact]
    public async Task A_log_over_its_budget_forgets_the_oldest_first_and_old_cursors_are_told_to_reload()
    {
        var random = new Random(1);
        string start = Cursor(await _api.GetAsync("/properties"));
        for (int n = 0; n < 20; n++)
        {
            // What compresses badly: PostgreSQL counts what it stores.
            byte[] noise = new byte[30_000];
            random.NextBytes(noise);
            await _api.StoreAsync($$"""{"id":"a","n":{{n}},"noise":"{{Convert.ToHexString(noise)}}"}""");
        }

        string late = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":20}""");
        await _api.StoreAsync("""{"id":"b","n":21}""");
        await DeleteAsync("b");
        var ledger = new ChangeLogLedger(_api.Services.GetRequiredService<IChangeLog>());

        Assert.Null(await ledger.EnforceAsync(100_000_000, Soon, TestContext.Current.CancellationToken));
        Assert.InRange(ledger.Bytes, 600_000, 2_600_000);
        Assert.Null(await ledger.EnforceAsync(300_000, Soon - TimeSpan.FromDays(1), TestContext.Current.CancellationToken)); // All of it is young.

        ForgottenEntries forgotten = (await ledger.EnforceAsync(300_000, Soon, TestContext.Current.CancellationToken))!;

        Assert.InRange(ledger.Bytes, 100_000, 300_000);
        Assert.InRange(forgotten.Bytes, 600_000, 2_600_000);
        Assert.InRange(forgotten.Count, 10, 19);
        Assert.InRange(forgotten.ReachesTo, DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10), DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1));
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""")).GetRawText());
        Assert.Equal(["updated a 20", "new b 21", "deleted b"], (await client.CatchUpAsync(late)).Changes);
        Assert.Equal(["new a 20"], (await client.CatchUpAsync(null)).Changes);
        Assert.Null(await ledger.EnforceAsync(300_000, Soon, TestContext.Current.CancellationToken));
        // Another that has measured nothing yet finds the same.
        var other = new ChangeLogLedger(_api.Services.GetRequiredService<IChangeLog>());
        Assert.Null(await other.EnforceAsync(300_000, Soon, TestContext.Current.CancellationToken));
        Assert.Equal(ledger.Bytes, other.Bytes);
    }

    [Fact]
    public async Task A_budget_is_kept_in_steps_and_what_the_listings_themselves_take_is_not_counted()
    {
        await _database.ExecuteAsync(Rows("row-", 5_000));
        var ledger = new ChangeLogLedger(_api.Services.GetRequiredService<IChangeLog>());
        Assert.Null(await ledger.EnforceAsync(1, Soon, TestContext.Current.CancellationToken));
        Assert.Equal(0, ledger.Bytes);

        await _database.ExecuteAsync("UPDATE properties SET price = 1");
        await _database.ExecuteAsync("UPDATE properties SET price = 2");
        ForgottenEntries forgotten = (await ledger.EnforceAsync(1, Soon, TestContext.Current.CancellationToken))!;

        Assert.Equal((10_000, 0L), (forgotten.Count, ledger.Bytes));
        Assert.Equal(5_000L, await _database.ExecuteAsync("SELECT count(*) FROM flipr_changes WHERE kind = 'new'"));
        // Somebody else makes the log forget; what comes afterwards is measured all the same.
        await _database.ExecuteAsync("UPDATE properties SET price = 3 WHERE id = 'row-1'");
        await _api.Services.GetRequiredService<IChangeLog>().PruneAsync(Soon, TestContext.Current.CancellationToken);
        await _database.ExecuteAsync("UPDATE properties SET price = 4 WHERE id = 'row-2'");
        Assert.Null(await ledger.EnforceAsync(1_000, Soon, TestContext.Current.CancellationToken));
        Assert.InRange(ledger.Bytes, LogEntrySize.Overhead, 1_000);
    }
}
