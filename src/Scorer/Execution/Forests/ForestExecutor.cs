using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Runs a forest and its neighbours column by column, some thousand rows at a time, in its own buffers. Not thread-safe.</summary>
internal sealed unsafe class ForestExecutor : IModelExecutor
{
    private readonly LoadedForest _model;
    private readonly ColumnGraph _graph;
    private readonly ForestScores _scores;
    private readonly ForestKernel _walk;
    private ForestKernel? _block;
    private readonly AlignedBuffer<nint> _columns;
    private readonly AlignedBuffer<nint> _inputs;
    private AlignedBuffer<float> _values;
    private AlignedBuffer<float>? _converted;
    private int _capacity;

    public ForestExecutor(LoadedForest model)
    {
        _model = model;
        _graph = model.Graph;
        _scores = new ForestScores(_graph.Forest.Model);
        _walk = model.CreateWalk();
        _columns = new AlignedBuffer<nint>(_graph.ColumnCount);
        _inputs = new AlignedBuffer<nint>(Math.Max(1, _graph.Forest.Inputs.Length));
        _values = new AlignedBuffer<float>(_graph.ColumnCount - _graph.FeatureCount);
        _capacity = 1;
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <inheritdoc/>
    public ModelSignature Signature => _model.Signature;

    /// <inheritdoc/>
    public IReadOnlyList<OutputColumn> Outputs => _model.Outputs;

    /// <inheritdoc/>
    public bool GivesConfidence => _model.GivesConfidence;

    /// <inheritdoc/>
    public bool AcceptsMissing => _model.AcceptsMissing;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, PredictionBlock block)
    {
        block.Rows = features.Rows;
        Reserve(Math.Min(features.Rows, _model.ChunkRows));
        for (var from = 0; from < features.Rows; from += _model.ChunkRows)
            ScoreChunk(features, block, from, Math.Min(_model.ChunkRows, features.Rows - from));
        if (GivesConfidence)
            ClassConfidence.Fill(block, _model.Layout.ProbabilityFrom, _model.Layout.ProbabilityCount);
        GC.KeepAlive(features);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _walk.Dispose();
        _block?.Dispose();
        _columns.Dispose();
        _inputs.Dispose();
        _values.Dispose();
        _converted?.Dispose();
    }

    private void Reserve(int rows)
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

    private void ScoreChunk(FeatureMatrix features, PredictionBlock block, int from, int rows)
    {
        var addresses = _columns.Span;
        for (var i = 0; i < _graph.FeatureCount; i++)
            addresses[i] = features.Storage(i) == FeatureStorage.Float32 ? features.ColumnAddress(i) + (from * sizeof(float)) : Convert(features, i, from, rows);
        var columns = (float**)_columns.Address(0);
        foreach (var step in _graph.Before)
            step.Run(columns, rows);
        var forest = _graph.Forest;
        for (var i = 0; i < forest.Inputs.Length; i++)
            _inputs.Span[i] = addresses[forest.Inputs[i]];
        var kernel = rows < _model.BlockFromRows ? _walk : _block ??= _model.CreateBlock();
        kernel.Sum((float**)_inputs.Address(0), rows, columns[forest.Scores[0]], _capacity);
        _scores.Finish(columns[forest.Scores[0]], _capacity, rows, forest.Label < 0 ? null : columns[forest.Label]);
        foreach (var step in _graph.After)
            step.Run(columns, rows);
        for (var i = 0; i < _graph.Outputs.Count; i++)
            Copy(columns, i, block, from, rows);
    }

    private void Copy(float** columns, int output, PredictionBlock block, int from, int rows)
    {
        var (value, part) = (_graph.Outputs[output], _model.Layout.Parts[output]);
        for (var i = 0; i < value.Columns.Length; i++)
        {
            var source = new ReadOnlySpan<float>(columns[value.Columns[i]], rows);
            var target = block.Column(part.FirstColumn + i).Slice(from, rows);
            if (value.Labels is not { Integers.Count: > 0 } labels)
            {
                source.CopyTo(target);
                continue;
            }
            for (var row = 0; row < rows; row++)
                target[row] = labels.Integers[(int)source[row]];
        }
    }

    // Features that are kept as doubles or integers, rounded to the floats that the model asks for.
    private nint Convert(FeatureMatrix features, int feature, int from, int rows)
    {
        _converted ??= new AlignedBuffer<float>(checked(_graph.FeatureCount * _capacity));
        var target = _converted.Slice(feature * _capacity, rows);
        switch (features.Storage(feature))
        {
            case FeatureStorage.Float64:
                var doubles = features.DoubleColumn(feature).Slice(from, rows);
                for (var row = 0; row < rows; row++)
                    target[row] = (float)doubles[row];
                break;
            case FeatureStorage.Int64:
                var integers = features.IntegerColumn(feature)[from..];
                var present = features.Present(feature)[from..];
                for (var row = 0; row < rows; row++)
                    target[row] = present[row] != 0 ? integers[row] : float.NaN;
                break;
            default:
                throw new BadInputException($"feature '{_model.FeatureNames[feature]}'", "text", "a number, because the model reads numbers", "Map it to a number (ordinal map, one-hot or hash) in the features.");
        }
        return _converted.Address(feature * _capacity);
    }
}
