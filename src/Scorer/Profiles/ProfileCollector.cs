using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Profiles the source columns as read and the outputs of every unit, in the scoring pass. Not thread-safe.</summary>
/// <remarks>Rejected rows are counted too: a profile says what came in. An output that is not a number counts as missing.</remarks>
public sealed class ProfileCollector
{
    private readonly (int Index, ColumnTally Tally)[] _inputs;
    private readonly (int Index, NumberTally Tally)[] _outputs;

    /// <summary>Prepares the counts; columns without edges are not profiled.</summary>
    /// <param name="edges">Fixed bins by source column or <see cref="ProfileEdges.OutputName"/>.</param>
    /// <param name="columns">The columns of the batches, in order.</param>
    /// <param name="outputs">The model's outputs, in order.</param>
    public ProfileCollector(IReadOnlyDictionary<string, BinEdges> edges, IReadOnlyList<InputColumn> columns, IReadOnlyList<OutputColumn> outputs)
    {
        _inputs = [.. columns.Select((c, i) => (c, i)).Where(c => edges.ContainsKey(c.c.Name)).Select(c => (c.i, TallyOf(c.c, edges[c.c.Name])))];
        var inputNames = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        _outputs = [.. outputs.Select((o, i) => (Name: ProfileEdges.OutputName(o.Name, inputNames), i)).Where(o => edges.ContainsKey(o.Name))
            .Select(o => (o.i, new NumberTally(edges[o.Name], isOutput: true)))];
    }

    /// <summary>Counts the rows of a scored unit.</summary>
    public void Add(ColumnBatch batch, PredictionBlock predictions)
    {
        foreach (var (index, tally) in _inputs)
            AddInput(batch[index], tally);
        foreach (var (index, tally) in _outputs)
            tally.Add(predictions.Column(index));
    }

    /// <summary>The profiles since the last call, inputs first, in column order; counting starts anew.</summary>
    public IReadOnlyList<ColumnProfile> Take() => [.. _inputs.Select(i => i.Tally.Take()), .. _outputs.Select(o => o.Tally.Take())];

    /// <summary>Adds two sets of profiles of the same columns; an empty set adds nothing.</summary>
    /// <exception cref="InvariantBrokenException">The columns or bins differ.</exception>
    public static IReadOnlyList<ColumnProfile> Merge(IReadOnlyList<ColumnProfile> earlier, IReadOnlyList<ColumnProfile> later)
    {
        if (earlier.Count == 0 || later.Count == 0)
            return earlier.Count == 0 ? later : earlier;
        if (earlier.Count != later.Count)
            throw new InvariantBrokenException("merged profiles have the same columns", $"{earlier.Count} and {later.Count}");
        return [.. earlier.Zip(later, (a, b) => a.Merge(b))];
    }

    private static ColumnTally TallyOf(InputColumn column, BinEdges edges) => column.Kind == ColumnKind.Text ? new TextTally(edges, isOutput: false) : new NumberTally(edges, isOutput: false);

    private static void AddInput(ColumnVector column, ColumnTally tally)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                ((TextTally)tally).Add(column);
                break;
            case ColumnKind.Float:
                ((NumberTally)tally).Add(column.Floats);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                ((NumberTally)tally).Add(column.Doubles);
                break;
            default:
                ((NumberTally)tally).Add(column.Integers, column.Present);
                break;
        }
    }
}
