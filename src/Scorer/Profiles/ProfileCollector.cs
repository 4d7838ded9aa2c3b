using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Profiles the source columns as read and the outputs of every unit, in the scoring pass; of a large manifest a fixed sample of its rows
/// (<see cref="ProfileSampling"/>). Not thread-safe.</summary>
/// <remarks>Rejected rows are counted too: a profile says what came in. An output that is not a number counts as missing.</remarks>
public sealed class ProfileCollector
{
    private readonly CountedRows _rows;
    private readonly (int Index, ColumnTally Tally)[] _inputs;
    private readonly (int Index, bool IsWide, NumberTally Tally)[] _outputs;

    /// <summary>Prepares the counts; columns without edges are not profiled.</summary>
    /// <param name="edges">Fixed bins by source column or <see cref="ProfileEdges.OutputName"/>.</param>
    /// <param name="columns">The columns of the units, in order.</param>
    /// <param name="outputs">The model's outputs, in order.</param>
    /// <param name="manifestRows">Rows of the whole manifest, which decide how many are counted.</param>
    /// <param name="from">What a checkpoint had counted, or nothing: counting goes on from there.</param>
    /// <exception cref="InvariantBrokenException">The checkpoint counted other columns, bins or rows.</exception>
    public ProfileCollector(IReadOnlyDictionary<string, BinEdges> edges, IReadOnlyList<InputColumn> columns, IReadOnlyList<OutputColumn> outputs,
        long manifestRows, IReadOnlyList<ColumnProfile> from)
    {
        _rows = new CountedRows(ProfileSampling.OneInFor(manifestRows));
        _inputs = [.. columns.Select((c, i) => (c, i)).Where(c => edges.ContainsKey(c.c.Name)).Select(c => (c.i, TallyOf(c.c, edges[c.c.Name])))];
        var inputNames = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        _outputs = [.. outputs.Select((o, i) => (Name: ProfileEdges.OutputName(o.Name, inputNames), i))
            .Where(o => outputs[o.i].IsNamed && edges.ContainsKey(o.Name))
            .Select(o => (o.i, outputs[o.i].Kind == OutputKind.WideInteger, new NumberTally(edges[o.Name], isOutput: true)))];
        Restore(from);
    }

    /// <summary>Counts the rows of a scored unit.</summary>
    /// <param name="unit">The columns as read.</param>
    /// <param name="predictions">Their outputs.</param>
    /// <param name="firstRowNumber">The number of the unit's first row over the manifest.</param>
    public void Add(UnitColumns unit, UnitPredictions predictions, long firstRowNumber)
    {
        _rows.Select(firstRowNumber, unit.Rows);
        foreach (var (index, tally) in _inputs)
            AddInput(unit[index], tally);
        foreach (var (index, isWide, tally) in _outputs)
        {
            if (isWide)
                AddIntegers(predictions.Integers(index), tally);
            else
                tally.Add(predictions.Column(index), _rows);
        }
    }

    /// <summary>The profiles so far, inputs first, in column order; counting goes on.</summary>
    public IReadOnlyList<ColumnProfile> Current() =>
        [.. _inputs.Select(i => i.Tally).Concat(_outputs.Select(o => o.Tally)).Select(t => t.Current() with { OneIn = _rows.OneIn })];

    private void Restore(IReadOnlyList<ColumnProfile> from)
    {
        if (from.Count == 0)
            return;
        ColumnTally[] tallies = [.. _inputs.Select(i => i.Tally), .. _outputs.Select(o => o.Tally)];
        if (from.Count != tallies.Length)
            throw new InvariantBrokenException("a checkpoint's profiles have the columns of the plan", $"{from.Count} and {tallies.Length}");
        foreach (var (saved, tally) in from.Zip(tallies))
        {
            // Merging checks that bins and sample are the same.
            tally.Restore(saved.Merge(tally.Current() with { OneIn = _rows.OneIn }));
        }
    }

    private static ColumnTally TallyOf(InputColumn column, BinEdges edges) =>
        column.Kind == ColumnKind.Text ? new TextTally(edges, isOutput: false) : new NumberTally(edges, isOutput: false);

    private void AddIntegers(long[] values, NumberTally tally)
    {
        var present = new byte[values.Length];
        present.AsSpan().Fill(1);
        tally.Add(values, present, _rows);
    }

    private void AddInput(ColumnVector column, ColumnTally tally)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                ((TextTally)tally).Add(column, _rows);
                break;
            case ColumnKind.Float:
                ((NumberTally)tally).Add(column.Floats, _rows);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                ((NumberTally)tally).Add(column.Doubles, _rows);
                break;
            default:
                ((NumberTally)tally).Add(column.Integers, column.Present, _rows);
                break;
        }
    }
}
