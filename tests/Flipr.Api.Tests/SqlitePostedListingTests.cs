namespace Flipr.Api.Tests;

public sealed class SqlitePostedListingTests : PostedListingTests
{
    private protected override Task<TestDatabase> CreateAsync() => Task.FromResult(TestDatabase.OfSqlite());
}
