using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Realtime;

/// <summary>Scores single rows through the very features and executor of the batch. Thread-safe: executors are pooled, one per concurrent call.</summary>
public sealed class RealtimeScoring : IDisposable
{
    /// <summary>Executors kept for later calls; concurrent calls beyond it make their own and free it again.</summary>
    public const int MaxPooledExecutors = 64;

    private readonly LoadedModel _model;
    private readonly CompiledFeatures _features;
    private readonly ulong _seed;
    private readonly ConcurrentBag<RealtimeSlot> _pool = [];
    private int _pooled;
    private volatile bool _disposed;

    /// <summary>Loads a model for single rows.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="spec">What the model reads.</param>
    /// <param name="columns">The input columns as the batch read them (a plan's manifest has them), so that a value is rounded alike; null means they are
    /// derived from the spec.</param>
    /// <param name="options">How to run it; null means <see cref="ExecutorOptions.Default"/>.</param>
    /// <exception cref="BadInputException">The model cannot be used, or does not match the features.</exception>
    public RealtimeScoring(string modelPath, FeatureSpec spec, IReadOnlyList<InputColumn>? columns = null, ExecutorOptions? options = null)
    {
        _model = ExecutorFactory.Open(modelPath, spec.FeatureNames, options);
        try
        {
            _features = CompiledFeatures.Compile(spec, columns ?? RealtimeColumns.Of(spec, _model), _model.WantedStorage);
            _seed = FingerprintSeed.Of(spec, ModelContent.Of(modelPath).Digest);
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    /// <summary>One column per float of a prediction.</summary>
    public IReadOnlyList<OutputColumn> Outputs => _model.Outputs;

    /// <summary>The columns that a row must name.</summary>
    public IReadOnlyList<string> SourceColumns => _features.SourceColumns;

    /// <summary>Scores one row.</summary>
    /// <param name="values">By source column: a number, bool, text, instant, or null when unknown.</param>
    /// <exception cref="BadInputException">A column is not named or of another type, a value is missing or infinite and the model cannot take that, or the
    /// model gave no finite number.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Prediction Score(IReadOnlyDictionary<string, object?> values)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var slot = Rent();
        try
        {
            return slot.Score(values, _seed);
        }
        finally
        {
            Return(slot);
        }
    }

    /// <summary>Frees the model; calls in progress must have ended.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_pool.TryTake(out var slot))
            slot.Dispose();
        _model.Dispose();
    }

    private RealtimeSlot Rent()
    {
        if (!_pool.TryTake(out var slot))
            return new RealtimeSlot(_model, _features);
        Interlocked.Decrement(ref _pooled);
        return slot;
    }

    private void Return(RealtimeSlot slot)
    {
        if (_disposed || Interlocked.Increment(ref _pooled) > MaxPooledExecutors)
        {
            if (!_disposed)
                Interlocked.Decrement(ref _pooled);
            slot.Dispose();
            return;
        }
        _pool.Add(slot);
    }
}
