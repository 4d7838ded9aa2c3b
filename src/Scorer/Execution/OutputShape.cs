namespace BatchEngine.Scorer.Execution;

/// <summary>The shape in which the runtime gives an output, and which of its dimensions the rows are. Pure.</summary>
/// <param name="Dimensions">Outermost first; -1 where the rows are.</param>
/// <param name="RowAxis">Which one that is, counted from 0; -1 when the output has none because the model takes a single row.</param>
internal sealed record OutputShape(IReadOnlyList<long> Dimensions, int RowAxis)
{
    /// <summary>Values a row.</summary>
    public long Width { get; } = Dimensions.Where((_, axis) => axis != RowAxis).Aggregate(1L, (product, d) => product * d);

    /// <summary>Values before the rows begin to count: 1 when rows come first.</summary>
    public int Outer { get; } = (int)Dimensions.Take(Math.Max(RowAxis, 0)).Aggregate(1L, (product, d) => product * d);

    /// <summary>Values that stand side by side for a row.</summary>
    public int Inner => (int)(Width / Outer);

    /// <summary>A shape for what the file declares, rows first; null when it does not declare all the rest.</summary>
    public static OutputShape? Declared(IReadOnlyList<long> shape) =>
        shape.Count == 0 || shape.Skip(1).Any(d => d <= 0) ? null : new OutputShape([-1, .. shape.Skip(1)], 0);

    /// <summary>What one run shows; null when nothing tells where the rows are.</summary>
    /// <param name="seen">The shape that came.</param>
    /// <param name="rows">Rows that went in.</param>
    public static OutputShape? Of(IReadOnlyList<long> seen, int rows)
    {
        for (var axis = 0; axis < seen.Count; axis++)
        {
            if (seen[axis] == rows)
                return new OutputShape([.. seen.Select((d, i) => i == axis ? -1 : d)], axis);
        }
        return rows == 1 ? new OutputShape(seen, -1) : null;
    }

    /// <summary>What two runs over different numbers of rows show; null when not exactly one dimension is the rows.</summary>
    public static OutputShape? Of(IReadOnlyList<long> first, int firstRows, IReadOnlyList<long> second, int secondRows)
    {
        if (first.Count != second.Count)
            return null;
        var varying = Enumerable.Range(0, first.Count).Where(i => first[i] != second[i]).ToArray();
        return varying is [var axis] && first[axis] == firstRows && second[axis] == secondRows
            ? new OutputShape([.. first.Select((d, i) => i == axis ? -1 : d)], axis) : null;
    }

    /// <summary>The shape for a number of rows.</summary>
    public long[] For(int rows) => [.. Dimensions.Select((d, axis) => axis == RowAxis ? rows : d)];

    /// <summary>Whether a tensor of that shape is this output for a number of rows.</summary>
    public bool Matches(ReadOnlySpan<long> seen, int rows)
    {
        if (seen.Length != Dimensions.Count)
            return false;
        for (var axis = 0; axis < seen.Length; axis++)
        {
            if (seen[axis] != (axis == RowAxis ? rows : Dimensions[axis]))
                return false;
        }
        return true;
    }

    /// <summary>Whether a file that declares such a shape can be given a buffer of this one: the runtime refuses one that contradicts the file.</summary>
    /// <param name="declared">What the file says.</param>
    /// <param name="fixedRows">The only number of rows that the model takes; 0 means any.</param>
    public bool GoesWith(IReadOnlyList<long> declared, int fixedRows) => declared.Count == Dimensions.Count
        && declared.Zip(For(fixedRows)).All(d => d.First <= 0 || d.First == d.Second);

    /// <summary>"[rows,3]".</summary>
    public override string ToString() => $"[{string.Join(',', Dimensions.Select((d, axis) => axis == RowAxis ? "rows" : $"{d}"))}]";
}
