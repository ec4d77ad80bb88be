using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>Parameters of statements that are run again and again.</summary>
internal static class SqliteParameters
{
    /// <summary>Sets a parameter's value, and adds the parameter where it is not there yet.</summary>
    public static void Set(this SqliteCommand command, string name, object? value)
    {
        if (command.Parameters.IndexOf(name) is var index and >= 0)
        {
            command.Parameters[index].Value = value ?? DBNull.Value;
        }
        else
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
    }
}
