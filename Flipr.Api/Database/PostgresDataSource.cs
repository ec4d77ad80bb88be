using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Makes the data source for PostgreSQL.</summary>
internal static class PostgresDataSource
{
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder connection)
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

        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays();
        builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false)); // Only PostgreSQL's own types are used: the first connection need not ask for others.
        builder.EnableTransportSecurity();
        builder.ConfigureTracing(PostgresTracing.Configure);
        return builder.Build();
    }
}
