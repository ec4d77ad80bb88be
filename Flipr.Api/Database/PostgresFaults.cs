using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Tells which of PostgreSQL's errors are outages.</summary>
internal static class PostgresFaults
{
    public static DatabaseFault? Of(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => OfState(state),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => new("it did not answer in time"),
        NpgsqlException => new("the connection failed"),
        _ => null,
    };

    // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html. Only what a statement's own data brings about is an
    // error of ours; everything else is a state of the database that an operator or time can change.
    private static DatabaseFault? OfState(string state) => state[..2] switch
    {
        "22" or "23" => null,
        "28" => new("it refused the login"),
        "3D" => new("the database does not exist"),
        "42" when state == PostgresErrorCodes.InsufficientPrivilege => new("the login may not do this"),
        "42" => new("the schema is not set up", SchemaIsMissing: true),
        "53" => new("it is out of resources"),
        "55" or "40" => new("it is busy"),
        "57" => new("it is shutting down or starting"),
        _ => new($"it reports error {state}"),
    };
}
