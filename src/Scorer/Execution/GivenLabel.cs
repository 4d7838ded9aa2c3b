using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>The column of the label that a classifier gives, and which class each of its values stands for. Immutable.</summary>
internal sealed class GivenLabel
{
    private const int MaxDense = 4_096;

    private readonly OutputKind _kind;
    private readonly int[] _dense;
    private readonly Dictionary<long, int> _others;

    private GivenLabel(int column, OutputKind kind, Dictionary<long, int> classes)
    {
        (Column, _kind, _others) = (column, kind, classes);
        _dense = [.. Enumerable.Range(0, MaxDense).Take(classes.Keys.All(k => k is >= 0 and < MaxDense) ? (int)classes.Keys.Max() + 1 : 0)
            .Select(value => classes.GetValueOrDefault(value, -1))];
    }

    /// <summary>The column of the label.</summary>
    public int Column { get; }

    /// <summary>The label beside class probabilities; null when nothing says which class is which.</summary>
    /// <param name="label">The output with the label.</param>
    /// <param name="classes">The labels of the probabilities, in column order, as text.</param>
    public static GivenLabel? Of(OutputPart label, IReadOnlyList<string> classes)
    {
        if (label.Width != 1 || classes.Count < 2)
            return null;
        var map = new Dictionary<long, int>();
        for (var i = 0; i < classes.Count; i++)
        {
            long value = label.Labels.ToList().IndexOf(classes[i]);
            if (label.Labels.Count == 0 ? !long.TryParse(classes[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) : value < 0)
                return null;
            map[value] = i;
        }
        return map.Count == classes.Count ? new GivenLabel(label.FirstColumn, label.Columns[0].Kind, map) : null;
    }

    /// <summary>The class of each row; -1 where the label is none of the classes.</summary>
    /// <param name="block">Scored.</param>
    /// <param name="from">The first row.</param>
    /// <param name="classes">As many rows as are wanted.</param>
    public void FillClasses(UnitPredictions block, int from, Span<int> classes)
    {
        var values = block.Column(Column)[from..];
        if (_kind == OutputKind.WideInteger)
        {
            var upper = block.Column(Column + 1)[from..];
            for (var row = 0; row < classes.Length; row++)
                classes[row] = ClassOf(IntegerHalves.Join(values[row], upper[row]));
            return;
        }
        for (var row = 0; row < classes.Length; row++)
            classes[row] = ClassOf((long)values[row]);
    }

    private int ClassOf(long value) => (ulong)value < (ulong)_dense.Length ? _dense[value] : _dense.Length > 0 ? -1 : _others.GetValueOrDefault(value, -1);
}
