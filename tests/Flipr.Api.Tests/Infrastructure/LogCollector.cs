using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>Keeps what a host logs.</summary>
internal sealed class LogCollector : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ManualResetEventSlim _ended = new();

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    /// <summary>Waits until the host is disposed, with everything that was made after its logs.</summary>
    /// <returns>Whether it was, within that time.</returns>
    public bool WaitForEnd(TimeSpan atMost) => _ended.Wait(atMost);

    public void Dispose() => _ended.Set();
}
