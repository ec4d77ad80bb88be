using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>Tells which of SQLite's errors are outages.</summary>
internal static class SqliteFaults
{
    // The primary result codes of https://www.sqlite.org/rescode.html.
    public static DatabaseFault? Of(Exception exception) => exception is not SqliteException { SqliteErrorCode: var code } ? null : code switch
    {
        5 or 6 => new("the file is locked by another process"),
        8 => new("the file cannot be written"),
        10 => new("the disk reports an error"),
        11 or 26 => new("the file is damaged or is no SQLite database"),
        13 => new("the disk is full"),
        14 => new("the file cannot be opened"),
        _ => null,
    };
}
