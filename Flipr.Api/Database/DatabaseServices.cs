using Flipr.Api.Changes;
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
            builder.AddPostgres(connection);
            builder.Services.AddSingleton<PostgresDatabase>().AddSingleton<IDatabase>(static services => services.GetRequiredService<PostgresDatabase>());
            builder.Services.AddSingleton<IListingStore, PostgresListingStore>().AddSingleton<IChangeOrigins, PostgresChangeOrigins>().AddChangeLog<PostgresChangeLog>();
            builder.Services.AddSingleton<PostgresChangeNotifier>().AddHostedService<PostgresChangeListener>();
        }
        else
        {
            builder.Services.AddSqlite(choice.SqlitePath!);
        }

        builder.Services.AddSingleton<DatabaseStartup>().AddHostedService(static services => services.GetRequiredService<DatabaseStartup>());
    }

    /// <summary>Adds the data source, its health check and its telemetry by Aspire's component; the connection is what <c>DATABASE_URL</c> was read as.</summary>
    private static void AddPostgres(this WebApplicationBuilder builder, NpgsqlConnectionStringBuilder connection) => builder.AddNpgsqlDataSource(
        "flipr",
        settings =>
        {
            settings.ConnectionString = PostgresDataSource.ConnectionString(connection);
            // Where nobody collects, nothing of it is put together.
            settings.DisableTracing |= !builder.IsTelemetryCollected();
            settings.DisableMetrics |= !builder.IsTelemetryCollected();
        },
        PostgresDataSource.Configure);

    /// <summary>Lets the database get ready while the rest of the program is put together.</summary>
    public static void BeginDatabase(this WebApplication app) => app.Services.GetRequiredService<DatabaseStartup>().Begin();

    /// <summary>Adds SQLite and the stores on it.</summary>
    public static void AddSqlite(this IServiceCollection services, string path)
    {
        services.AddSingleton(provider => new SqliteDatabase(path, provider.GetRequiredService<ILogger<SqliteDatabase>>()));
        services.AddSingleton<IDatabase>(static provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<IListingStore, SqliteListingStore>().AddSingleton<IChangeOrigins, SqliteChangeOrigins>().AddChangeLog<SqliteChangeLog>();
    }
}
