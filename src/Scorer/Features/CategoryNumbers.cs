using System.Globalization;

namespace BatchEngine.Scorer.Features;

/// <summary>Reads the categories of a numeric column from their text.</summary>
internal static class CategoryNumbers
{
    /// <summary>Categories of an integer or bool column.</summary>
    /// <exception cref="Domain.BadInputException">One is no such number, or two are the same number.</exception>
    public static IReadOnlyList<long> Whole(StepPlace place, IReadOnlyList<string> categories, bool isBool)
    {
        var numbers = new List<long>(categories.Count);
        var seen = new HashSet<long>(categories.Count);
        foreach (var category in categories)
        {
            var number = (isBool, category) switch
            {
                (true, "true" or "1") => 1,
                (true, "false" or "0") => 0,
                (true, _) => throw place.Bad($"category '{category}' of a bool column", "'true' or 'false'", "Mend the category."),
                _ => long.TryParse(category, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                    ? parsed
                    : throw place.Bad($"category '{category}' of an integer column", "a whole number, because no row can be anything else",
                        "Mend the category, or write the column as text."),
            };
            place.Need(seen.Add(number), $"category '{category}' for a number already named", "each number once", "Take one of them out.");
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>Categories of a column of floats or doubles.</summary>
    /// <param name="place">The step, for errors.</param>
    /// <param name="categories">As a person wrote them.</param>
    /// <param name="round">Gives the number nearest to one that a column of shorter floats can hold; null means that it holds doubles.</param>
    /// <exception cref="Domain.BadInputException">One is no number, or two are the same number.</exception>
    public static IReadOnlyList<double> Any(StepPlace place, IReadOnlyList<string> categories, Func<double, double>? round)
    {
        var numbers = new List<double>(categories.Count);
        var seen = new HashSet<double>(categories.Count);
        foreach (var category in categories)
        {
            if (!double.TryParse(category, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
                throw place.Bad($"category '{category}' of a numeric column", "a number, because no row can be anything else",
                    "Mend the category, or write the column as text.");
            number = round?.Invoke(number) ?? number;
            place.Need(seen.Add(number), $"category '{category}' for a number already named", "each number once", "Take one of them out.");
            numbers.Add(number);
        }
        return numbers;
    }
}
