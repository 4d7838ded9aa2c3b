using System.Globalization;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Durations as people write them: "250ms", "30s", "15m", "24h", "1d", "1h30m".</summary>
internal static class DurationText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected = "a duration such as 250ms, 30s, 15m, 24h, 1d or 1h30m";

    /// <summary>The longest duration read: ten years.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3653);

    /// <summary>The pattern of what is read, for schemas.</summary>
    public static string Pattern => "^(?=.)" + string.Concat(Units.Select(u => $"({NumberText.UnsignedPattern}{u.Unit})?")) + "$";

    private static readonly (string Unit, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary>The duration as it is read: "1h30m", "250ms"; parts of a millisecond are left out.</summary>
    public static string Of(TimeSpan duration)
    {
        var left = (long)duration.TotalMilliseconds;
        var text = "";
        foreach (var (unit, milliseconds) in Units.Where(_ => left > 0))
        {
            if (left / milliseconds is > 0 and var count)
                text += string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
            left %= milliseconds;
        }
        return text.Length > 0 ? text : "0ms";
    }

    /// <summary>Reads a duration, which may be zero; units go from large to small, each at most once.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var milliseconds = 0m;
        var nextUnit = 0;
        var position = 0;
        while (position < text.Length)
        {
            var digits = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
                position++;
            if (!decimal.TryParse(text.AsSpan(digits, position - digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                || amount > 1_000_000_000)
                return false;
            var letters = position;
            while (position < text.Length && char.IsAsciiLetter(text[position]))
                position++;
            var unit = Array.FindIndex(Units, nextUnit, u => text.AsSpan(letters, position - letters).SequenceEqual(u.Unit));
            if (unit < 0)
                return false;
            milliseconds += amount * Units[unit].Milliseconds;
            nextUnit = unit + 1;
        }
        if (text.Length == 0 || milliseconds > (decimal)Longest.TotalMilliseconds)
            return false;
        duration = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }
}
