using System.Numerics.Tensors;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests;

/// <summary>The columns of one graph for one worker: the features of a chunk, and buffers for everything that is computed from them. Not thread-safe.</summary>
internal sealed unsafe class ForestColumns : IDisposable
{
    private readonly LoadedForest _model;
    private readonly ColumnGraph _graph;
    private readonly ForestScores _scores;
    private readonly AlignedBuffer<nint> _columns;
    private AlignedBuffer<float> _values;
    private AlignedBuffer<float>? _converted;
    private int _capacity = 1;

    public ForestColumns(LoadedForest model)
    {
        _model = model;
        _graph = model.Graph;
        _scores = new ForestScores(_graph.Forest.Model);
        _columns = new AlignedBuffer<nint>(_graph.ColumnCount);
        _values = new AlignedBuffer<float>(_graph.ColumnCount - _graph.FeatureCount);
    }

    /// <summary>Where the forest's sums belong, target after target, when nobody else has them.</summary>
    public float* Sums => Columns[_graph.Forest.Scores[0]];

    /// <summary>Floats from one target of <see cref="Sums"/> to the next.</summary>
    public int Stride => _capacity;

    private float** Columns => (float**)_columns.Address(0);

    /// <summary>Makes room for chunks of up to this many rows; one row is kept in little space.</summary>
    public void Reserve(int rows)
    {
        if (rows > _capacity)
        {
            _capacity = _model.ChunkRows;
            _values.Dispose();
            _values = new AlignedBuffer<float>(checked((_graph.ColumnCount - _graph.FeatureCount) * _capacity));
            _converted?.Dispose();
            _converted = null;
        }
        for (var i = _graph.FeatureCount; i < _graph.ColumnCount; i++)
            _columns.Span[i] = _values.Address((i - _graph.FeatureCount) * _capacity);
    }

    /// <summary>Takes the features of a chunk and does the steps before the forest.</summary>
    public void Load(FeatureMatrix features, int from, int rows)
    {
        var addresses = _columns.Span;
        for (var i = 0; i < _graph.FeatureCount; i++)
            addresses[i] = features.Storage(i) == FeatureStorage.Float32 ? features.ColumnAddress(i) + (from * sizeof(float))
                : Convert(features, i, from, rows);
        foreach (var step in _graph.Before)
            step.Run(Columns, rows);
    }

    /// <summary>The address of a column after <see cref="Load"/>.</summary>
    public nint Address(int column) => _columns.Span[column];

    /// <summary>Takes sums that a block holds over: those that it keeps, else its outputs.</summary>
    public void TakeSums(UnitPredictions block, int from, int rows)
    {
        for (var target = 0; target < _graph.Forest.Model.TargetCount; target++)
            block.Column(block.KeptFrom + target).Slice(from, rows).CopyTo(new Span<float>(Sums + ((long)target * Stride), rows));
    }

    /// <summary>Gives a block that keeps sums what the trees left, before anything else is done to it.</summary>
    public void KeepSums(UnitPredictions block, int from, int rows)
    {
        if (block.KeptSums == 0)
            return;
        for (var target = 0; target < _graph.Forest.Model.TargetCount; target++)
            new ReadOnlySpan<float>(Sums + ((long)target * Stride), rows).CopyTo(block.Column(block.KeptFrom + target)[from..]);
    }

    /// <summary>Makes scores of the sums, in place, and does the steps after the forest.</summary>
    public void Finish(float* sums, int stride, int rows)
    {
        var forest = _graph.Forest;
        for (var i = 0; i < forest.Scores.Length; i++)
            _columns.Span[forest.Scores[i]] = (nint)(sums + ((long)i * stride));
        _scores.Finish(sums, stride, rows, forest.Label < 0 ? null : Columns[forest.Label]);
        foreach (var step in _graph.After)
            step.Run(Columns, rows);
    }

    /// <summary>Copies the graph's outputs to the columns of a block that begin at a given one.</summary>
    public void Copy(UnitPredictions block, int firstColumn, int from, int rows)
    {
        for (var output = 0; output < _graph.Outputs.Count; output++)
        {
            var (value, part) = (_graph.Outputs[output], _model.OutputLayout.Parts[output]);
            for (var i = 0; i < value.Columns.Length; i++)
            {
                var source = new ReadOnlySpan<float>(Columns[value.Columns[i]], rows);
                var target = block.Column(firstColumn + part.FirstColumn + i).Slice(from, rows);
                if (value.Labels is not { Integers.Count: > 0 } labels)
                {
                    source.CopyTo(target);
                    continue;
                }
                for (var row = 0; row < rows; row++)
                    target[row] = labels.Integers[(int)source[row]];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _columns.Dispose();
        _values.Dispose();
        _converted?.Dispose();
    }

    // Features that are kept as doubles or integers, rounded to the floats that the model asks for.
    private nint Convert(FeatureMatrix features, int feature, int from, int rows)
    {
        _converted ??= new AlignedBuffer<float>(checked(_graph.FeatureCount * _capacity));
        var target = _converted.Slice(feature * _capacity, rows);
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float64:
                TensorPrimitives.ConvertTruncating(features.DoubleColumn(feature).Slice(from, rows), target);
                break;
            case FeatureStorage.Int64:
                var integers = features.IntegerColumn(feature)[from..];
                var present = features.Present(feature)[from..];
                for (var row = 0; row < rows; row++)
                    target[row] = present[row] != 0 ? integers[row] : float.NaN;
                break;
            default:
                throw new BadInputException($"feature '{_model.FeatureNames[feature]}'", "text", "a number, because the model reads numbers",
                    "Map it to a number (ordinal map, one-hot or hash) in the features.");
        }
        return _converted.Address(feature * _capacity);
    }
}
