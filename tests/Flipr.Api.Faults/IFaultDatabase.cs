namespace Flipr.Api.Faults;

/// <summary>The database of one run.</summary>
internal interface IFaultDatabase
{
    /// <summary>How the API is told of it.</summary>
    IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>The change log as it stands: cursor, type, id, and the test's own number, in its order.</summary>
    Task<IReadOnlyList<LogEntry>> ReadLogAsync();

    /// <summary>Runs SQL as somebody else than the API.</summary>
    Task ExecuteAsync(string sql);
}
