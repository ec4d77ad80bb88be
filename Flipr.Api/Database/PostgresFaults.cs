using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Tells which of PostgreSQL's errors are outages.</summary>
internal static class PostgresFaults
{
    public static DatabaseFault? Of(Exception exception) => exception switch
    {
        PostgresException { SqlState: ['2', '8', ..], MessageText: var text } when text.Contains("no encryption", StringComparison.Ordinal) =>
            new("it takes encrypted connections only; DATABASE_URL needs sslmode=require"),
        PostgresException { SqlState: var state } => OfState(state),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => new("it did not answer in time"),
        NpgsqlException { InnerException: AuthenticationException { Message: var text } } => new(OfTls(text)),
        NpgsqlException { InnerException: null, Message: var text } when text.Contains("No SSL enabled connection", StringComparison.Ordinal) =>
            new("it does not encrypt connections, and DATABASE_URL's sslmode asks for it"),
        NpgsqlException { InnerException: SocketException { SocketErrorCode: var code } } => new(OfSocket(code)),
        NpgsqlException => new("the connection failed"),
        _ => null,
    };

    private static string OfSocket(SocketError code) => code switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery => "the host in DATABASE_URL is not known",
        SocketError.TryAgain => "the host in DATABASE_URL cannot be looked up now",
        SocketError.ConnectionRefused => "nothing listens at the host and port in DATABASE_URL",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way to the host in DATABASE_URL",
        SocketError.TimedOut => "it did not answer in time",
        _ => "the connection failed",
    };

    // The driver's check says only that it has failed.
    private static string OfTls(string message) =>
        message.Contains("remote certificate", StringComparison.OrdinalIgnoreCase)
            ? "its certificate is not trusted, or is for another host; sslrootcert in DATABASE_URL can name the file of its authority"
            : "the TLS handshake failed";

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
        "55" when state == PostgresErrorCodes.LockNotAvailable => new("another transaction has locked the table"),
        "55" or "40" => new("it is busy"),
        "57" => new("it is shutting down or starting"),
        _ => new($"it reports error {state}"),
    };
}
