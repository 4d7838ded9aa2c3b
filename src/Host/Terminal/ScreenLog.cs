using System.Globalization;

namespace BatchEngine.Host.Terminal;

/// <summary>Writes log events to the screen: what goes on as plain lines, trouble with its level, number and name, and a failure whole. Safe for many
/// threads.</summary>
internal sealed class ScreenLog(Screen screen) : ILoggerProvider
{
    // A body that is given up, at a stop or because it is late, is answered with that; the web server then says with a stack trace that it cannot read the
    // rest.
    private const string BodyGivenUp = "RequestBodyDrainBodyReaderInvalidState";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(screen);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The screen is the process's.
    }

    private sealed class Lines(Screen screen) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= (screen.Verbose ? LogLevel.Debug : LogLevel.Information);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel) || eventId.Name == BodyGivenUp)
                return;
            var text = formatter(state, exception);
            var line = logLevel < LogLevel.Warning ? text
                : string.Create(CultureInfo.InvariantCulture, $"{logLevel.ToString().ToLowerInvariant()}: {text} ({eventId.Id} {eventId.Name})");
            // One write, so that the lines of two threads do not mix.
            screen.Note(exception is null ? line : line + Environment.NewLine + exception);
        }
    }
}
