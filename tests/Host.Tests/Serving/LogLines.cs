using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>Keeps what was logged. Safe for many threads.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>All lines so far, oldest first.</summary>
    public IReadOnlyCollection<LogLine> All => _lines;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(_lines);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lines outlive the host, for the test to read.
    }

    private sealed class Lines(ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new LogLine(logLevel, eventId, formatter(state, exception), exception));
    }
}
