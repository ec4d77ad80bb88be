namespace Flipr.Api.Tests;

public sealed class SqliteTakeoverTests : TakeoverTests
{
    private protected override Task<TestDatabase> CreateAsync() => Task.FromResult(TestDatabase.OfSqlite());
}
