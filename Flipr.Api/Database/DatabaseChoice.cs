using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Which database Flipr uses.</summary>
internal sealed record DatabaseChoice
{
    /// <summary>For people; holds no password.</summary>
    public required string Description { get; init; }

    /// <summary>The connection to PostgreSQL; null when it is SQLite.</summary>
    public NpgsqlConnectionStringBuilder? Postgres { get; init; }

    /// <summary>The SQLite file; null when it is PostgreSQL.</summary>
    public string? SqlitePath { get; init; }

    /// <summary>What whoever starts Flipr should know about the choice.</summary>
    public string? Warning { get; init; }

    /// <summary>Chooses by the settings. Where SQLite may stand in, PostgreSQL is tried first.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="folder">The folder of <c>properties.db</c>.</param>
    /// <exception cref="StartupException"><c>DATABASE_URL</c> cannot be read, or is missing where SQLite is not allowed.</exception>
    public static async Task<DatabaseChoice> MakeAsync(FliprSettings settings, string folder)
    {
        if (settings.DatabaseUrl is null)
        {
            return settings.AllowSqlite
                ? Sqlite(folder)
                : throw new StartupException(
                    "DATABASE_URL is not set, and SQLite is not allowed here. Set DATABASE_URL=postgresql://user:password@host:5432/database. "
                    + "To run locally with the embedded SQLite: PRODUCTION=false, without DISABLE_SQLITE_FALLBACK.");
        }

        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = DatabaseUrl.Parse(settings.DatabaseUrl);
            CheckFiles(connection);
            await CheckTogetherAsync(connection);
        }
        catch (StartupException exception)
        {
            throw new StartupException($"{exception.Message} To run locally with the embedded SQLite: leave DATABASE_URL out, with PRODUCTION=false.");
        }

        string description = $"PostgreSQL at {DatabaseUrl.Describe(connection)}";
        if (settings.AllowSqlite && await WhyUnreachableAsync(connection) is { } reason)
        {
            return Sqlite(folder) with
            {
                Warning = $"{description} CANNOT BE REACHED ({reason}). Development falls back to SQLITE: what is stored now is NOT in PostgreSQL. "
                    + "Start the database and restart, or set DISABLE_SQLITE_FALLBACK=true.",
            };
        }

        return new DatabaseChoice { Description = description, Postgres = connection };
    }

    // Npgsql opens them for each connection anew, and what it throws then looks like no outage.
    private static void CheckFiles(NpgsqlConnectionStringBuilder connection)
    {
        foreach (string? file in (string?[])[connection.RootCertificate, connection.SslCertificate, connection.SslKey])
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
            {
                throw new StartupException($"DATABASE_URL cannot be used: the certificate or key file {file} is not there.");
            }
        }
    }

    // Each part was read; only together they may be of no use, which Npgsql says when it is to use them.
    private static async Task CheckTogetherAsync(NpgsqlConnectionStringBuilder connection)
    {
        try
        {
            await using NpgsqlDataSource unused = PostgresDataSource.Create(connection);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            throw new StartupException($"DATABASE_URL cannot be used: {exception.Message}.");
        }
    }

    private static DatabaseChoice Sqlite(string folder)
    {
        string path = Path.Combine(folder, "properties.db");
        return new DatabaseChoice { Description = $"SQLite in {path}", SqlitePath = path };
    }

    private static async Task<string?> WhyUnreachableAsync(NpgsqlConnectionStringBuilder connection)
    {
        await using NpgsqlDataSource dataSource = PostgresDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Timeout = 3, Pooling = false });
        try
        {
            await using NpgsqlConnection opened = await dataSource.OpenConnectionAsync();
            return null;
        }
        catch (Exception exception) when (PostgresFaults.Of(exception) is { } fault)
        {
            return fault.Reason;
        }
    }
}
