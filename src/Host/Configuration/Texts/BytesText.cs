using System.Globalization;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Sizes of memory as people write them: "512MB", "2GB", "1.5GiB", "536870912"; underscores may group the digits.</summary>
internal static class BytesText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected = "a size such as 512MB, 2GB, 1.5GiB or a number of bytes";

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1), ("", 1),
    ];

    /// <summary>The pattern of what is read, for schemas; with "none" when that is accepted too.</summary>
    public static string PatternOf(bool takesNone) => $"^({(takesNone ? "none|" : "")}{NumberText.UnsignedPattern} *([KkMmGgTt][Ii]?[Bb]|[Bb])?)$";

    /// <summary>The size in the largest unit that leaves a whole number: "4MiB", "192MB", "1000B".</summary>
    public static string Of(long bytes)
    {
        var (unit, factor) = Units.Where(u => u.Unit.Length > 1).OrderByDescending(u => u.Bytes)
            .FirstOrDefault(u => bytes > 0 && bytes % u.Bytes == 0, ("B", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{unit}");
    }

    /// <summary>Reads a size above zero.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        text = NumberText.Ungrouped(text);
        var (unit, factor) = Units.First(u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var number = text.AsSpan(0, text.Length - unit.Length).TrimEnd();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount <= 0
            || amount > long.MaxValue / factor)
            return false;
        bytes = (long)(amount * factor);
        return bytes > 0;
    }
}
