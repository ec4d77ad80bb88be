using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>The connection that writes. It keeps its statements: compiling one takes its triggers along, and longer than running it.</summary>
internal sealed class SqliteWriter(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    /// <summary>The statement, in the transaction that is being written. Its parameters keep their last values.</summary>
    public SqliteCommand Command(string sql)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.Transaction = _transaction;
        return command;
    }

    /// <summary>Writes in one transaction.</summary>
    public T Write<T>(Func<SqliteWriter, T> write)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        _transaction = transaction;
        T result = write(this);
        transaction.Commit();
        return result;
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in _commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
