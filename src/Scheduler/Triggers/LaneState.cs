using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>What must survive of one job's schedule: up to where everything is decided, and what is decided but not ended. Immutable.</summary>
/// <param name="HandledThrough">Every occurrence up to here is either ended, pending or skipped.</param>
/// <param name="Pending">Instants whose run has not ended, oldest first; the first may be going on.</param>
/// <param name="IsPaused">Whether a person paused the job.</param>
/// <param name="ScheduleText">The cron and zone it was computed with; another text starts anew.</param>
internal sealed record LaneState(DateTimeOffset HandledThrough, IReadOnlyList<DateTimeOffset> Pending, bool IsPaused, string ScheduleText)
{
    private const string Handled = "handled-through", Waiting = "pending", Paused = "paused", Text = "schedule";

    /// <summary>The text of a schedule.</summary>
    public static string TextOf(Schedule schedule) => $"{schedule.Cron} | {schedule.TimeZone}";

    /// <summary>As text by name: plain strings, so that they survive any change of the program.</summary>
    public IReadOnlyDictionary<string, string> ToStrings() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Handled] = Write(HandledThrough),
        [Waiting] = string.Join(',', Pending.Select(Write)),
        [Paused] = IsPaused ? "true" : "false",
        [Text] = ScheduleText,
    };

    /// <summary>Reads what <see cref="ToStrings"/> wrote.</summary>
    /// <exception cref="CorruptDataException">A value is missing or no instant.</exception>
    public static LaneState Read(string job, Func<string, string?> value)
    {
        var pending = Value(Waiting);
        return new LaneState(
            Instant(Value(Handled)),
            pending.Length == 0 ? [] : [.. pending.Split(',').Select(Instant)],
            Value(Paused) == "true",
            Value(Text));

        string Value(string name) => value(name) ?? throw new CorruptDataException($"stored schedule of job {job}, {name}", "nothing", "a value");

        DateTimeOffset Instant(string text) => DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : throw new CorruptDataException($"stored schedule of job {job}", $"'{text}'", "an instant");
    }

    private static string Write(DateTimeOffset instant) => instant.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
