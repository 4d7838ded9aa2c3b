using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>Keeps what was logged. Safe for many threads.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<LogLine>> _first = new();

    /// <summary>All lines so far, oldest first.</summary>
    public IReadOnlyCollection<LogLine> All => _lines;

    /// <summary>The first line of an event, as soon as it is written.</summary>
    public Task<LogLine> FirstAsync(int eventId) => FirstOf(eventId).Task;

    /// <summary>The first line of an event that has the words, as soon as it is written.</summary>
    public async Task<LogLine> FirstAsync(int eventId, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_lines.FirstOrDefault(l => l.Event.Id == eventId && l.Text.Contains(words, StringComparison.Ordinal)) is { } line)
                return line;
            Assert.False(patience.IsCancellationRequested, $"no event {eventId} with '{words}' in: {string.Join('\n', _lines.Select(l => l.Text))}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lines outlive the host, for the test to read.
    }

    private TaskCompletionSource<LogLine> FirstOf(int eventId) =>
        _first.GetOrAdd(eventId, _ => new TaskCompletionSource<LogLine>(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Take(LogLine line)
    {
        _lines.Enqueue(line);
        FirstOf(line.Event.Id).TrySetResult(line);
    }

    private sealed class Lines(LogLines all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            all.Take(new LogLine(logLevel, eventId, formatter(state, exception), exception));
    }
}
