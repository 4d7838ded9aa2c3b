using System.Text.RegularExpressions;

namespace BatchEngine.Router.Realtime;

/// <summary>Tells of failing real-time scorings once a cause: at the first failure, and again at the tenth, the hundredth and so on. A cause that was quiet for
/// <see cref="QuietAfter"/> begins anew. Thread-safe.</summary>
/// <param name="clock">The machine's clock.</param>
/// <param name="tell">Told; may be called from many threads.</param>
public sealed partial class RealtimeTroubles(TimeProvider clock, Action<RealtimeTrouble> tell)
{
    /// <summary>The most causes that are kept apart; failures beyond them are told as one.</summary>
    public const int MaxCauses = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, string Cause), (long Count, long At)> _causes = [];

    /// <summary>A cause without failures for so long is over.</summary>
    public static TimeSpan QuietAfter { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Counts a failure.</summary>
    public void Count(string servingName, Exception failure) =>
        Count(servingName, $"{failure.GetType().Name}: {Particulars().Replace(failure.Message, "…")}", failure);

    /// <summary>Counts a failure without an exception.</summary>
    public void Count(string servingName, string cause) => Count(servingName, cause, null);

    private void Count(string servingName, string cause, Exception? failure)
    {
        long count;
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (!_causes.ContainsKey((servingName, cause)) && _causes.Count >= MaxCauses)
            {
                foreach (var over in _causes.Where(c => IsOver(c.Value.At)).Select(c => c.Key).ToList())
                    _causes.Remove(over);
                if (_causes.Count >= MaxCauses)
                    (servingName, cause) = ("", "other causes");
            }
            var before = _causes.GetValueOrDefault((servingName, cause));
            count = before.Count > 0 && !IsOver(before.At) ? before.Count + 1 : 1;
            _causes[(servingName, cause)] = (count, now);
        }
        if (IsPowerOfTen(count))
            tell(new RealtimeTrouble(servingName, cause, count, failure));
    }

    private bool IsOver(long at) => clock.GetElapsedTime(at) > QuietAfter;

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0)
            count /= 10;
        return count == 1;
    }

    // Keys, numbers and quoted values differ from one failure to the next; the words around them do not.
    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[0-9]+([.][0-9]+)*")]
    private static partial Regex Particulars();
}
