using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>A lane's state as versions before the table of lanes kept it: as text beside the job in the tables of Quartz. Only read, to carry it over
/// once.</summary>
internal static class FormerLaneState
{
    private const string Handled = "handled-through", Waiting = "pending", Paused = "paused", Schedule = "schedule";

    /// <summary>The state; null means that nothing is kept there.</summary>
    /// <param name="job">The job.</param>
    /// <param name="value">The text of a name, or null.</param>
    /// <exception cref="CorruptDataException">A value is missing or no instant.</exception>
    public static LaneState? Find(string job, Func<string, string?> value)
    {
        if (value(Handled) is null && value(Waiting) is null && value(Paused) is null && value(Schedule) is null && value("") is null)
            return null;
        var pending = Value(Waiting);
        return new LaneState(job, Value(Schedule), Instant(Value(Handled)), pending.Length == 0 ? [] : [.. pending.Split(',').Select(Instant)],
            Value(Paused) == "true");

        string Value(string name) => value(name) ?? throw new CorruptDataException($"stored schedule of job {job}, {name}", "nothing", "a value");

        DateTimeOffset Instant(string text) => DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : throw new CorruptDataException($"stored schedule of job {job}", $"'{text}'", "an instant");
    }
}
