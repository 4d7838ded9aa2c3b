namespace BatchEngine.Scorer.Onnx.Sessions;

/// <summary>Finds the rows for which a batch fails, by halving it. Pure but for the tries.</summary>
internal static class RefusalSearch
{
    /// <summary>Rows that are tried one by one before a failure is taken for one that every row shares.</summary>
    public const int Probes = 16;

    /// <summary>Tries some rows: null means that they are scored, else why not.</summary>
    public delegate string? Try(int fromRow, int rows);

    /// <summary>The rows that fail alone, in order; none when the batch fails only as a whole.</summary>
    /// <param name="fromRow">The first row of a batch that failed.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="attempt">Tries rows; at most twice as often as there are rows.</param>
    /// <param name="failure">Why the batch failed.</param>
    public static IReadOnlyList<(int Row, string Message)> Rows(int fromRow, int rows, string failure, Try attempt)
    {
        var found = new List<(int Row, string Message)>();
        Halve(fromRow, rows, failure, attempt, found);
        return found;
    }

    /// <summary>Why every row of a sample, spread over all, fails; null when one of them is scored, or when there are too few rows to tell.</summary>
    public static string? SharedBy(int rows, Try attempt)
    {
        if (rows < Probes)
            return null;
        string? failure = null;
        for (var probe = 0; probe < Probes; probe++)
        {
            failure = attempt((int)((long)probe * (rows - 1) / (Probes - 1)), 1);
            if (failure is null)
                return null;
        }
        return failure;
    }

    private static void Halve(int from, int rows, string failure, Try attempt, List<(int Row, string Message)> found)
    {
        if (rows == 1)
        {
            found.Add((from, failure));
            return;
        }
        var half = rows / 2;
        if (attempt(from, half) is { } first)
            Halve(from, half, first, attempt, found);
        if (attempt(from + half, rows - half) is { } second)
            Halve(from + half, rows - half, second, attempt, found);
    }
}
