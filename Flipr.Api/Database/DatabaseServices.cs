using Flipr.Api.Listings;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Registers the database.</summary>
internal static class DatabaseServices
{
    /// <summary>Chooses the database and adds its store.</summary>
    /// <exception cref="StartupException">The settings name none that may be used.</exception>
    public static async Task AddDatabaseAsync(this WebApplicationBuilder builder, FliprSettings settings)
    {
        DatabaseChoice choice = await DatabaseChoice.MakeAsync(settings, builder.Environment.ContentRootPath);
        builder.Services.AddSingleton(choice);
        if (choice.Postgres is { } connection)
        {
            builder.Services.AddSingleton<NpgsqlDataSource>(_ => PostgresDataSource.Create(connection));
            builder.Services.AddSingleton<IListingStore, PostgresListingStore>();
        }
        else
        {
            builder.Services.AddSingleton<IListingStore>(services =>
                new SqliteListingStore(choice.SqlitePath!, services.GetRequiredService<ILogger<SqliteListingStore>>()));
        }

        builder.Services.AddHostedService<DatabaseStartup>();
    }
}
