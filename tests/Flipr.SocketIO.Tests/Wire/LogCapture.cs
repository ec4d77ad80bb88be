using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>One line of the server's log.</summary>
public sealed record LogEntry(string Category, LogLevel Level, EventId Id, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category} [{Id.Id} {Id.Name}] {Message}{(Exception is null ? "" : $" -- {Exception}")}";
}

/// <summary>Keeps what the server logs, so that a test can ask for it.</summary>
public sealed class LogCapture : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyCollection<LogEntry> Entries => [.. _entries];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>The first entry of the library that says <paramref name="text"/>, waited for.</summary>
    public async Task<LogEntry> ContainsAsync(string text)
    {
        await Deadline.UntilAsync(
            () => Find(text) is not null,
            () => $"the log says '{text}'. It says:\n{string.Join('\n', OfLibrary())}");
        return Find(text)!;
    }

    public LogEntry? Find(string text) => OfLibrary().FirstOrDefault(e => e.Message.Contains(text, StringComparison.Ordinal));

    public IEnumerable<LogEntry> OfLibrary() => _entries.Where(e => e.Category.StartsWith("Flipr.SocketIO", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            capture._entries.Enqueue(new(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
