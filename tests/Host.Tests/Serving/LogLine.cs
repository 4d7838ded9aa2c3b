using Microsoft.Extensions.Logging;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>One line that was logged.</summary>
internal sealed record LogLine(LogLevel Level, EventId Event, string Text, Exception? Failure);
