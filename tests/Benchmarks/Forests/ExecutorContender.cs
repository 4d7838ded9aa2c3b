using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>A whole executor call on a number of rows, from the feature matrix to the prediction block. Not thread-safe.</summary>
internal sealed class ExecutorContender : IDisposable
{
    private readonly IModelExecutor _executor;
    private readonly FeatureMatrix _features;
    private readonly UnitPredictions _block;
    private readonly ForestRows _rows;
    private int _next;

    public ExecutorContender(LoadedModel model, ForestRows rows, int count)
    {
        _rows = rows;
        _executor = model.CreateExecutor();
        _features = new FeatureMatrix(rows.Features, count) { Rows = count };
        for (var i = 0; i < rows.Features; i++)
            rows.Columns[i].AsSpan(0, count).CopyTo(_features.Column(i));
        _block = new UnitPredictions(model.Outputs.Count, count);
    }

    /// <summary>The predictions of the last run.</summary>
    public UnitPredictions Predictions => _block;

    public void Run() => _executor.Score(_features, _block);

    /// <summary>Scores the next row: the same one again and again would be a table of predicted branches.</summary>
    public void RunNext()
    {
        _next = (_next + 1) % _rows.Count;
        for (var i = 0; i < _rows.Features; i++)
            _features.Column(i)[0] = _rows.Columns[i][_next];
        Run();
    }

    public void Dispose()
    {
        _executor.Dispose();
        _features.Dispose();
    }
}
