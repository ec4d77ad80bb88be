namespace Flipr.Api.Tests;

public sealed class PostgresPostedListingTests(PostgresServer postgres) : PostedListingTests
{
    private protected override Task<TestDatabase> CreateAsync() => TestDatabase.OfPostgresAsync(postgres);
}
