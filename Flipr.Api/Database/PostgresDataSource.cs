using Npgsql;

namespace Flipr.Api.Database;

/// <summary>How data sources for PostgreSQL are made here: the service's own, by Aspire's component, and those for one connection of a purpose of its own.</summary>
internal static class PostgresDataSource
{
    /// <summary>A data source of its own; whoever makes it disposes it.</summary>
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder connection)
    {
        var builder = new NpgsqlDataSourceBuilder(ConnectionString(connection));
        Configure(builder);
        return builder.Build();
    }

    /// <summary>What every data source needs besides its connection string.</summary>
    public static void Configure(NpgsqlDataSourceBuilder builder) => builder
        .ConfigureTypeLoading(static types => types.EnableTypeLoading(false)) // Only PostgreSQL's own types are used: the first connection need not ask for others.
        .ConfigureTracing(PostgresTracing.Configure);

    /// <summary>The connection string, with what this backend needs of every connection.</summary>
    public static string ConnectionString(NpgsqlConnectionStringBuilder connection)
    {
        // Transaction-mode poolers cannot carry DISCARD ALL, and nothing here leaves state in a session.
        var settings = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { NoResetOnClose = true };
        // Of no use here, and refused together with a connection that listens.
        settings.Multiplexing = false;
        // URLs ask a single host to be the primary; Npgsql refuses to choose where there is no choice.
        if (settings.Host is not { } hosts || !hosts.Contains(',', StringComparison.Ordinal))
        {
            settings.TargetSessionAttributes = null;
        }

        // Asking for encryption by Kerberos costs a connection of its own that almost every server refuses; who uses it says so (gssencmode=prefer).
        if (!connection.ShouldSerialize("GSS Encryption Mode"))
        {
            settings.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        // A client that waits for its 503 should not wait for long.
        if (!connection.ShouldSerialize("Timeout"))
        {
            settings.Timeout = 5;
        }

        if (!connection.ShouldSerialize("Command Timeout"))
        {
            settings.CommandTimeout = 10;
        }

        return settings.ConnectionString;
    }
}
