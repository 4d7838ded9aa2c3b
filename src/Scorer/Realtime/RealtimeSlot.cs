using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Scorer.Realtime;

/// <summary>An executor with buffers of one row. Not thread-safe.</summary>
internal sealed class RealtimeSlot : IDisposable
{
    private readonly CompiledFeatures _features;
    private readonly IModelExecutor _executor;
    private readonly UnitColumns _unit;
    private readonly FeatureMatrix _matrix;
    private readonly UnitPredictions _block;
    private readonly RowCheck _gate;
    private readonly ulong[] _fingerprint = new ulong[1];

    public RealtimeSlot(LoadedModel model, CompiledFeatures features)
    {
        _features = features;
        _executor = model.CreateExecutor();
        _unit = features.CreateColumns(1);
        _matrix = features.CreateMatrix(1);
        _block = new UnitPredictions(_executor.Model.Outputs.Count, 1);
        _gate = new RowCheck(-1, features, _executor.Model.Outputs, _executor.Model.Accepted);
    }

    /// <summary>Scores one row.</summary>
    public Prediction Score(IReadOnlyDictionary<string, object?> values, ulong seed)
    {
        SingleRow.Fill(_unit, values);
        _features.Transform(_unit, _matrix);
        _executor.Score(_matrix, _block);
        _gate.Look(_unit, _matrix, _block);
        if (_gate.Rejects.Count > 0)
        {
            throw new BadInputException("row", $"{_gate.Rejects[0].Reason}: {_gate.Rejects[0].Detail}", "values that the model can score",
                _gate.Rejects[0].Reason == RejectReason.ModelRefused ? "Send a value that the model knows."
                    : "Send the missing value, or impute it in the job's features.");
        }
        FeatureFingerprint.Compute(_matrix, seed, _fingerprint);
        var outputs = new float[_block.OutputCount];
        for (var i = 0; i < outputs.Length; i++)
            outputs[i] = _block.Column(i)[0];
        var givesConfidence = _executor.Model.GivesConfidence;
        var confidence = givesConfidence && !float.IsNaN(_block.Confidence[0])
            ? Measured<float>.Of(_block.Confidence[0])
            : Measured<float>.NotMeasured(givesConfidence ? "the model's class values are no probabilities" : "the model gives no probabilities");
        var flags = (confidence.HasValue ? PredictionFlags.None : PredictionFlags.NoConfidence)
            | (_executor.Model.Coupling is null ? PredictionFlags.None : PredictionFlags.DependsOnBatch);
        return new Prediction(outputs, confidence, _fingerprint[0], flags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _executor.Dispose();
        _matrix.Dispose();
        _unit.Dispose();
    }
}
